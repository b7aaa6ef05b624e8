// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Makes policy jars out of Java text, good and bad ones.
final class JarMaker {
    static final String SERVICES = "META-INF/services/dev.weir.spi.FanoutPolicyProvider";

    private final Map<String, byte[]> entries = new LinkedHashMap<>();
    private final Map<String, String> manifest = new LinkedHashMap<>();

    private JarMaker() {}

    /// A jar with a provider of one policy, which lets priorities below `config.limit` pass.
    static JarMaker policy(String id, String policy) {
        return new JarMaker()
                .manifest("Plugin-Id", id)
                .manifest("Plugin-Version", "1.2.3")
                .manifest("Plugin-Requires", ">=1.0.0 & <2.0.0")
                .manifest("Plugin-License", "Apache-2.0")
                .source("test.jars.Provider", provider(policy, ""))
                .entry(SERVICES, "test.jars.Provider # a comment\n");
    }

    static String provider(String policy, String constructor) {
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

    JarMaker manifest(String name, String value) {
        manifest.put(name, value);
        return this;
    }

    JarMaker without(String manifestName) {
        manifest.remove(manifestName);
        return this;
    }

    JarMaker entry(String name, String content) {
        entries.put(name, content.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    JarMaker withoutEntry(String name) {
        entries.remove(name);
        return this;
    }

    /// Compiles a class, and what is in it.
    JarMaker source(String className, String text) {
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

    byte[] bytes() {
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
