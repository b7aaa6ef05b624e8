// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Compiles a policy's C text against the headers that Weir publishes, for tests that need an object of their own. Needs
/// clang 19 and libbpf's headers, as building Weir does.
public final class PolicyCompiler {
    private static final List<String> HEADERS = List.of(
            "weir/abi.h", "weir/policy.h", "asm/types.h", "asm/bitsperlong.h", "asm/posix_types.h");
    private static final List<String> COMMAND = List.of(
            "clang-19", "-std=gnu2x", "-O2", "-g", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-target", "bpf", "-mcpu=v3");

    private PolicyCompiler() {}

    /// Compiles a policy.
    ///
    /// @param source its C text, with `#include <weir/policy.h>`
    /// @return the object, without debug information but BTF
    /// @throws IllegalArgumentException with the compiler's words if it does not compile
    public static byte[] compile(String source) {
        try {
            Path folder = Files.createTempDirectory("weir-policy");
            try {
                return compile(folder, source);
            } finally {
                remove(folder);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("clang-19 or llvm-strip-19 cannot be run; install clang-19 and llvm-19", e);
        }
    }

    private static byte[] compile(Path folder, String source) throws IOException {
        Path include = folder.resolve("include");
        for (String header : HEADERS) {
            try (InputStream in = PolicyCompiler.class.getResourceAsStream("/include/" + header)) {
                if (in == null) {
                    throw new IllegalStateException("The class path has no include/" + header + "; put weir-bpf's jar on it.");
                }
                Path file = include.resolve(header);
                Files.createDirectories(file.getParent());
                Files.copy(in, file);
            }
        }
        Path text = Files.writeString(folder.resolve("policy.bpf.c"), source);
        Path object = folder.resolve("policy.bpf.o");
        var command = new ArrayList<>(COMMAND);
        command.addAll(List.of("-I", folder.resolve("include").toString(), "-c", text.toString(), "-o", object.toString()));
        run(command);
        run(List.of("llvm-strip-19", "-g", object.toString()));
        return Files.readAllBytes(object);
    }

    private static void run(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        try {
            if (process.waitFor() != 0) {
                throw new IllegalArgumentException(output);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while " + command.getFirst() + " ran", e);
        }
    }

    private static void remove(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
