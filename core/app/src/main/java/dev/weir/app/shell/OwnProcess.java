// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.io.Console;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A command of the prompt that runs as one of the launcher does, in a process of its own at the same terminal: with the launcher's
/// checks and its choice of a JVM for such a command. Ctrl-C reaches it as it reaches every process of the terminal.
final class OwnProcess {
    private static final Logger LOG = LoggerFactory.getLogger(OwnProcess.class);
    private static final String LAUNCHER = "weir.launcher";

    private OwnProcess() {}

    /// @param words the command with its options
    /// @return its exit code; it has told itself what went wrong
    static int run(List<String> words) throws IOException {
        String launcher = System.getProperty(LAUNCHER);
        if (launcher == null) {
            throw new UsageException("This process was not started by the launcher, so it cannot start '" + words.getFirst()
                    + "'; run it from another terminal.");
        }
        var command = new ArrayList<>(List.of(launcher));
        command.addAll(words);
        var builder = new ProcessBuilder(command).inheritIO();
        Console console = System.console();
        if (console == null || !console.isTerminal()) {
            builder.redirectInput(Redirect.from(new File("/dev/null"))); // it may be the script that this line is from
        }
        Process process = builder.start();
        // This process may be told to end, and the prompt's thread does not keep it.
        var end = new Thread(process::destroy, "weir-own-process-end");
        Runtime.getRuntime().addShutdownHook(end);
        int code = await(process);
        try {
            Runtime.getRuntime().removeShutdownHook(end);
        } catch (IllegalStateException e) {
            LOG.atTrace().log("this process ends as well");
        }
        return code;
    }

    /// Goes on waiting when Ctrl-C interrupts it: the process has got its signal as well, and prints what it has so far.
    private static int await(Process process) {
        while (true) {
            try {
                return process.waitFor();
            } catch (InterruptedException e) {
                continue;
            }
        }
    }
}
