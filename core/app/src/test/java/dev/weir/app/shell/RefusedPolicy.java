// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.testkit.PolicyCompiler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;

/// A policy in a jar whose program the verifier refuses: it reads behind the end of an array.
public final class RefusedPolicy implements FanoutPolicyProvider<RefusedPolicy.Config>, FanoutPolicy {
    static final String NAME = "reads-too-far";
    private static final String OBJECT = "reads-too-far.bpf.o";
    private static final String PROGRAM = """
            #include <weir/policy.h>
            WEIR_POLICY;
            WEIR_FILTER(object, lane, track, shared, config)
            {
            	return track->words[object->object] ? WEIR_DROP(1) : WEIR_FORWARD;
            }
            """;

    /// No settings.
    public record Config() {}

    /// Makes the jar.
    ///
    /// @param folder where
    /// @return its path
    static Path jar(Path folder) throws IOException {
        var manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        Map.of("Plugin-Id", NAME, "Plugin-Version", "1.0.0", "Plugin-Requires", ">=1.0.0 & <2.0.0", "Plugin-License", "Apache-2.0")
                .forEach((name, value) -> manifest.getMainAttributes().putValue(name, value));
        Path jar = folder.resolve(NAME + ".jar");
        try (var out = new JarOutputStream(Files.newOutputStream(jar), manifest)) {
            for (Class<?> each : List.of(RefusedPolicy.class, Config.class)) {
                String name = each.getName().replace('.', '/') + ".class";
                try (InputStream code = RefusedPolicy.class.getResourceAsStream("/" + name)) {
                    entry(out, name, code.readAllBytes());
                }
            }
            entry(out, OBJECT, PolicyCompiler.compile(PROGRAM));
            entry(out, "META-INF/services/" + FanoutPolicyProvider.class.getName(), RefusedPolicy.class.getName().getBytes());
        }
        return jar;
    }

    private static void entry(JarOutputStream out, String name, byte[] content) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(content);
        out.closeEntry();
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String description() {
        return "is refused by the verifier";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return this;
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        try (InputStream object = RefusedPolicy.class.getResourceAsStream("/" + OBJECT)) {
            return Optional.of(new ProgramVariant(object.readAllBytes(), List.of(), List.of("too far"), List.of()));
        } catch (IOException e) {
            throw new UncheckedIOException("the jar has no " + OBJECT, e);
        }
    }
}
