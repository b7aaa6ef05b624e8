// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Calls of a jar's code. It may throw anything at all, errors included, and its own exceptions may fail to say what they are.
public final class PluginCode {
    private static final Pattern CLASS_NAME = Pattern.compile("[\\w$]+([./][\\w$]+)*");
    private static final Pattern CLASS_FILE = Pattern.compile("class file version (\\d+)");
    /// The class files of Java 1 have version 45.
    private static final int BEFORE_JAVA_1 = 44;

    private PluginCode() {}

    /// Runs it with the jar's class loader as the thread's, where libraries that the jar packs look for their parts.
    public static <T> T call(ClassLoader loader, Callable<T> code) throws Exception {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return code.call();
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /// Why code of a jar failed, and what to do: the end of a sentence.
    ///
    /// @param otherwise what to do if it is nothing that can be told from the error alone
    public static String reason(Throwable thrown, String otherwise) {
        String said = message(thrown);
        if (thrown instanceof UnsupportedClassVersionError) {
            Matcher version = CLASS_FILE.matcher(said);
            String java = version.find() ? "Java " + (Integer.parseInt(version.group(1)) - BEFORE_JAVA_1) : "a newer Java";
            int own = Runtime.version().feature();
            return "it is compiled for " + java + ", and this relay runs on Java " + own + "; compile it with --release " + own;
        }
        boolean isMissing = thrown instanceof NoClassDefFoundError || thrown instanceof ClassNotFoundException;
        if (isMissing && CLASS_NAME.matcher(said).matches()) {
            return "it needs the class " + said.replace('/', '.') + ", which is neither in the jar nor in the JDK nor in the policy SPI;"
                    + " pack it into the jar, or do without it";
        }
        return "it fails with " + thrown.getClass().getName() + (said.isEmpty() ? "" : ": " + said) + "; " + otherwise;
    }

    /// What it says of itself; empty if nothing.
    public static String message(Throwable thrown) {
        try {
            String said = thrown.getMessage();
            return said == null ? "" : said;
        } catch (Throwable worse) {
            return "";
        }
    }
}
