// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// How an external command ended.
///
/// @param command the argument vector
/// @param exitCode its exit code
/// @param output what it wrote to standard output
/// @param errors what it wrote to standard error
public record CommandResult(List<String> command, int exitCode, String output, String errors) {
    private static final Duration USUAL_LIMIT = Duration.ofSeconds(60);

    /// Runs a command to its end, without standard input, for at most 60 seconds.
    ///
    /// @param command the argument vector
    /// @return how it ended
    /// @throws TestkitException if it cannot be started or does not end in time
    public static CommandResult of(String... command) {
        return run(USUAL_LIMIT, List.of(command));
    }

    /// Runs a command to its end, without standard input.
    ///
    /// @param limit how long it may take; it is killed then
    /// @param command the argument vector
    /// @return how it ended
    /// @throws TestkitException if it cannot be started or does not end in time
    public static CommandResult run(Duration limit, List<String> command) {
        Process process = start(command);
        CompletableFuture<String> output = drain(process.getInputStream());
        CompletableFuture<String> errors = drain(process.getErrorStream());
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new TestkitException("'" + String.join(" ", command) + "' did not end within " + limit.toSeconds()
                        + " s and was killed; run it by hand to see what it waits for.");
            }
            return new CommandResult(List.copyOf(command), process.exitValue(), output.join(), errors.join());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TestkitException("Interrupted while '" + String.join(" ", command) + "' was running.", e);
        } finally {
            process.destroyForcibly();
        }
    }

    /// Demands success.
    ///
    /// @return this, if the exit code is 0
    /// @throws TestkitException with the command's own words otherwise
    public CommandResult orThrow() {
        if (exitCode == 0) {
            return this;
        }
        String words = errors.isBlank() ? output : errors;
        throw new TestkitException("'" + String.join(" ", command) + "' failed with exit code " + exitCode + ": " + words.strip());
    }

    private static Process start(List<String> command) {
        try {
            return new ProcessBuilder(command).redirectInput(ProcessBuilder.Redirect.from(new java.io.File("/dev/null"))).start();
        } catch (IOException e) {
            throw new TestkitException("Cannot start '" + command.getFirst() + "' (" + e.getMessage()
                    + "); install the package it comes in, ./weir does so when it runs as root on Debian or Ubuntu.", e);
        }
    }

    private static CompletableFuture<String> drain(InputStream stream) {
        var text = new CompletableFuture<String>();
        Thread.ofPlatform().daemon().name("command-output").start(() -> {
            try (stream) {
                text.complete(new String(stream.readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException e) {
                text.completeExceptionally(new UncheckedIOException(e));
            }
        });
        return text;
    }
}
