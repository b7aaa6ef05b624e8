// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A fuzz target of bpf/src/fuzz: the data plane's own C compiled for user space, with libFuzzer, AddressSanitizer and
/// UndefinedBehaviorSanitizer.
final class FuzzTarget {
    /// What a program said, both streams together.
    record Run(int exitCode, String output) {}

    private static final Path SOURCES = Path.of("..", "..", "bpf", "src");
    private static final Path BUILT = Path.of("target", "libfuzzer");
    private static final List<String> COMPILER = List.of(
            "clang-19", "-std=gnu2x", "-O1", "-g", "-Wall", "-Wextra", "-Werror",
            // The attributes of BPF programs mean nothing here, and a target leaves some functions of its headers unused.
            "-Wno-unknown-attributes", "-Wno-unused-function",
            // Misaligned loads are how the data plane reads packets; the kernel's BPF allows them.
            "-fsanitize=fuzzer,address,undefined", "-fno-sanitize=alignment", "-fno-sanitize-recover=all");

    private final String name;
    private final Path sources;

    private FuzzTarget(String name, Path sources) {
        this.name = name;
        this.sources = sources;
    }

    /// @param name of the source file, without `_fuzz.c`, and of the corpus
    static FuzzTarget of(String name) {
        return new FuzzTarget(name, SOURCES);
    }

    /// The same target of other sources: with one line of the data plane replaced.
    ///
    /// @param folder where the sources are copied to
    /// @param header which file of the data plane's headers
    FuzzTarget mutated(Path folder, String header, String line, String replacement) throws IOException {
        for (String part : List.of("fuzz", "main/bpf")) {
            try (Stream<Path> files = Files.walk(SOURCES.resolve(part))) {
                for (Path file : files.filter(path -> path.toString().matches(".*\\.[ch]")).toList()) {
                    Path copy = folder.resolve(SOURCES.relativize(file).toString());
                    Files.createDirectories(copy.getParent());
                    Files.copy(file, copy);
                }
            }
        }
        Path mutant = folder.resolve("main/bpf/include/weir").resolve(header);
        String text = Files.readString(mutant);
        if (text.split(Pattern.quote(line), -1).length != 2) {
            throw new AssertionError(header + " does not have exactly one '" + line + "'; choose another line to replace");
        }
        Files.writeString(mutant, text.replace(line, replacement));
        return new FuzzTarget(name, folder);
    }

    /// The committed inputs: each a way through the code, or once a defect.
    Path corpus() {
        return SOURCES.resolve("fuzz/corpus").resolve(name);
    }

    /// Compiles the target.
    ///
    /// @throws AssertionError with the compiler's words if it does not compile
    FuzzTarget compile() throws IOException, InterruptedException {
        Files.createDirectories(BUILT);
        var command = new ArrayList<>(COMPILER);
        command.addAll(List.of("-I", sources.resolve("fuzz/include").toString(), "-I", sources.resolve("main/bpf/include").toString(),
                sources.resolve("fuzz/" + name + "_fuzz.c").toString(), "-o", program().toString()));
        Run compiled = run(command, 0);
        if (compiled.exitCode != 0) {
            throw new AssertionError("clang-19 cannot compile the fuzz target " + name
                    + "; it needs libclang-rt-19-dev as well:\n" + compiled.output);
        }
        return this;
    }

    /// Runs every input of the corpus once.
    Run replay() throws IOException, InterruptedException {
        return run(List.of(program().toString(), "-runs=0", corpus().toString()), 0);
    }

    /// Looks for new inputs, beginning with the corpus. A crash leaves its input in target/libfuzzer.
    ///
    /// @param seed 0: another each time
    Run explore(int seconds, long seed, Path findings) throws IOException, InterruptedException {
        return run(List.of(program().toString(), "-max_total_time=" + seconds, "-seed=" + seed, "-print_final_stats=1", "-verbosity=1",
                "-artifact_prefix=" + BUILT + "/" + name + "-", findings.toString(), corpus().toString()), seconds);
    }

    private Path program() {
        return BUILT.resolve(sources.equals(SOURCES) ? name : name + "-mutant");
    }

    /// @param seconds how long it means to run; it is given ten minutes more, however busy the machine is
    private Run run(List<String> command, int seconds) throws IOException, InterruptedException {
        Path output = Files.createTempFile(BUILT, "output", ".txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        if (!sources.equals(SOURCES)) {
            builder.environment().put("ASAN_OPTIONS", "symbolize=0"); // takes seconds, and nobody reads where a mutant failed
        }
        Process process = builder.start();
        if (!process.waitFor(seconds + 600L, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
        String text = new String(Files.readAllBytes(output), StandardCharsets.ISO_8859_1);
        Files.delete(output);
        return new Run(process.exitValue(), text);
    }
}
