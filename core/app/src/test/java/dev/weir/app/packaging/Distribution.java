// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// The tar of `./weir package`, unpacked into a clean folder, on a machine without Maven and without clang.
///
/// @param root what was unpacked
/// @param tools folder with the machine's commands, except those that a build needs
/// @param cache the user's cache folder
record Distribution(Path root, Path tools, Path cache) implements AutoCloseable {
    private static final Predicate<String> BUILD_TOOLS = name ->
            name.startsWith("clang") || name.startsWith("llvm") || name.startsWith("mvn") || name.startsWith("java");

    /// Unpacks what this build has made.
    static Distribution unpack(Path directory) throws IOException {
        CommandResult.of("tar", "-xzf", tar().toString(), "-C", directory.toString()).orThrow();
        try (Stream<Path> unpacked = Files.list(directory)) {
            Path root = unpacked.findFirst().orElseThrow();
            Path tools = Files.createDirectory(directory.resolve("tools"));
            for (String folder : List.of("/usr/sbin", "/usr/bin")) {
                link(Path.of(folder), tools);
            }
            return new Distribution(root, tools, directory.resolve("cache"));
        }
    }

    /// The tar that this build has made.
    static Path tar() throws IOException {
        Path target = Path.of(System.getProperty("weir.launcher")).resolveSibling("core/app/target");
        try (Stream<Path> files = Files.list(target)) {
            List<Path> tars = files.filter(file -> file.getFileName().toString().matches("weir-.*\\.tar\\.gz")).toList();
            assertThat(tars).as("the tar that is made before the integration tests").hasSize(1);
            return tars.getFirst();
        }
    }

    private static void link(Path from, Path to) throws IOException {
        try (Stream<Path> commands = Files.list(from)) {
            for (Path command : commands.toList()) {
                try {
                    if (!BUILD_TOOLS.test(command.getFileName().toString())) {
                        Files.createSymbolicLink(to.resolve(command.getFileName()), command);
                    }
                } catch (FileAlreadyExistsException sameName) {
                    // the first folder's command is the one that counts, as on a real PATH
                }
            }
        }
    }

    /// Removes the links to the machine's commands, and so spares JUnit a warning for each.
    @Override
    public void close() throws IOException {
        try (Stream<Path> links = Files.list(tools)) {
            for (Path link : links.toList()) {
                Files.delete(link);
            }
        }
    }

    /// The launcher's command line, with nothing of this build's environment and no other relay to be seen.
    List<String> commandLine(String... arguments) {
        var command = new ArrayList<>(List.of(
                "env", "-i", "PATH=" + tools, "JAVA_HOME=" + System.getProperty("java.home"), "HOME=" + cache,
                "XDG_CACHE_HOME=" + cache, "XDG_RUNTIME_DIR=" + cache, root.resolve("weir").toString()));
        command.addAll(List.of(arguments));
        return command;
    }

    /// Runs a command to its end.
    CommandResult run(Duration limit, String... arguments) {
        return CommandResult.run(limit, commandLine(arguments));
    }
}
