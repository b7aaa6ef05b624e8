// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Makes policy jars out of Java text, good and bad ones.
public final class JarMaker {
    static final String SERVICES = "META-INF/services/dev.weir.spi.FanoutPolicyProvider";

    /// Where a class file says for which Java it is.
    private static final int MAJOR_VERSION = 6;

    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, String> manifest = new LinkedHashMap<>();

    private JarMaker() {}

    /// A jar with a provider of one policy, which lets priorities below `config.limit` pass.
    public static JarMaker policy(String id, String policy) {
        return new JarMaker()
                .manifest("Plugin-Id", id)
                .manifest("Plugin-Version", "1.2.3")
                .manifest("Plugin-Requires", ">=1.0.0 & <2.0.0")
                .manifest("Plugin-License", "Apache-2.0")
                .source("test.jars.Provider", provider(policy, ""))
                .entry(SERVICES, "test.jars.Provider # a comment\n");
    }

    public static String provider(String policy, String constructor) {
        return """
                package test.jars;
                import dev.weir.spi.*;
                import dev.weir.spi.plan.*;
                public final class Provider implements FanoutPolicyProvider<Provider.Config> {
                    public record Config(int limit) {}
                    public Provider() { CONSTRUCTOR }
                    @Override public String name() { return "NAME"; }
                    @Override public String description() { return "for a test"; }
                    @Override public Class<Config> configType() { return Config.class; }
                    @Override public FanoutPolicy create(Config config) {
                        return MapEntries.policy(MapEntries.builder().otherwise(Rule.all().limit(config.limit())).build());
                    }
                }
                """
                .replace("NAME", policy)
                .replace("CONSTRUCTOR", constructor);
    }

    /// A jar with a provider of one policy that decides in user space alone: it drops priorities from `config.limit` on, and
    /// loads the class that names its reason with the first drop.
    ///
    /// @param creating a statement in its create()
    /// @param deciding a statement in its filter
    public static JarMaker filter(String policy, String reason, String creating, String deciding) {
        return policy("test-" + policy, policy).source("test.jars.Provider", """
                package test.jars;
                import dev.weir.spi.*;
                public final class Provider implements FanoutPolicyProvider<Provider.Config> {
                    public record Config(int limit) {}
                    @Override public String name() { return "NAME"; }
                    @Override public String description() { return "for a test"; }
                    @Override public Class<Config> configType() { return Config.class; }
                    @Override public FanoutPolicy create(Config config) {
                        CREATING
                        return new FanoutPolicy() {
                            @Override public ObjectFilter filter() {
                                return (object, lane, state) -> {
                                    DECIDING
                                    return object.media().priority() < config.limit() ? Verdict.forward() : Late.drop();
                                };
                            }
                        };
                    }
                }
                final class Late {
                    static Verdict drop() { return Verdict.drop("REASON"); }
                }
                """.replace("NAME", policy).replace("REASON", reason).replace("CREATING", creating).replace("DECIDING", deciding));
    }

    public JarMaker manifest(String name, String value) {
        manifest.put(name, value);
        return this;
    }

    public JarMaker without(String manifestName) {
        manifest.remove(manifestName);
        return this;
    }

    public JarMaker entry(String name, String content) {
        entries.put(name, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    public JarMaker withoutEntry(String name) {
        entries.remove(name);
        return this;
    }

    /// Packs everything of another jar but its manifest.
    JarMaker jar(Path other) throws IOException {
        try (var in = new ZipInputStream(Files.newInputStream(other))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (!entry.isDirectory() && !entry.getName().equals("META-INF/MANIFEST.MF")) {
                    entries.putIfAbsent(entry.getName(), in.readAllBytes());
                }
            }
        }
        return this;
    }

    /// Says of a class that another Java was meant.
    JarMaker classFileVersion(String name, int version) {
        ByteBuffer.wrap(entries.get(name)).putShort(MAJOR_VERSION, (short) version);
        return this;
    }

    /// Compiles a class, and what is in it.
    public JarMaker source(String className, String text) {
        compile(className, text).forEach((name, bytes) -> entries.put(name.replace('.', '/') + ".class", bytes));
        return this;
    }

    private static Map<String, byte[]> compile(String className, String text) {
        var compiler = ToolProvider.getSystemJavaCompiler();
        var outputs = new LinkedHashMap<String, ByteArrayOutputStream>();
        JavaFileManager files = new ForwardingJavaFileManager<>(compiler.getStandardFileManager(null, null, null)) {
            @Override
            public JavaFileObject getJavaFileForOutput(
                    Location location, String name, JavaFileObject.Kind kind, FileObject sibling) {
                return new SimpleJavaFileObject(URI.create("memory:///" + name.replace('.', '/')), kind) {
                    @Override
                    public ByteArrayOutputStream openOutputStream() {
                        var out = new ByteArrayOutputStream();
                        outputs.put(name, out);
                        return out;
                    }
                };
            }
        };
        var source = new SimpleJavaFileObject(
                URI.create("memory:///" + className.replace('.', '/') + ".java"), JavaFileObject.Kind.SOURCE) {
            @Override
            public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                return text;
            }
        };
        var problems = new ArrayList<String>();
        boolean compiled = compiler.getTask(
                        null, files, problem -> problems.add(problem.toString()), List.of("-proc:none"), null, List.of(source))
                .call();
        if (!compiled) {
            throw new IllegalArgumentException(problems.toString());
        }
        var result = new LinkedHashMap<String, byte[]>();
        outputs.forEach((name, out) -> result.put(name, out.toByteArray()));
        return result;
    }

    public byte[] bytes() {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            if (!manifest.isEmpty()) {
                var text = new StringBuilder("Manifest-Version: 1.0\r\n");
                manifest.forEach((name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
                put(zip, "META-INF/MANIFEST.MF", text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8));
            }
            for (var entry : entries.entrySet()) {
                put(zip, entry.getKey(), entry.getValue());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] content) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(content);
        zip.closeEntry();
    }
}
