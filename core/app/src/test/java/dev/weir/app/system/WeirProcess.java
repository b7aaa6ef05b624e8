// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// A command of the launcher that runs in a network namespace until it is stopped.
final class WeirProcess implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    private WeirProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("output-" + process.pid()).start(this::readLines);
    }

    static WeirProcess start(NetworkNamespace namespace, String... arguments) throws IOException {
        return startBehind(namespace.commandLine(), arguments);
    }

    /// Starts a command behind another that replaces itself with it, such as setpriv.
    static WeirProcess startBehind(List<String> prefix, String... arguments) throws IOException {
        var command = new ArrayList<>(prefix);
        command.add(Launcher.script());
        command.addAll(List.of(arguments));
        return run(command);
    }

    /// Starts the launcher of another tree, or a shell that becomes it.
    static WeirProcess run(List<String> command) throws IOException {
        // Tests that a script started in the background ignore SIGINT, and so would what they start.
        var heeding = new ArrayList<>(List.of("env", "--default-signal=INT"));
        heeding.addAll(command);
        var builder = new ProcessBuilder(heeding).redirectErrorStream(true);
        // Most tests need no page; a relay without one starts sooner.
        builder.environment().putIfAbsent("WEIR_MANAGEMENT_PORT", "off");
        return new WeirProcess(builder.start());
    }

    /// Starts a relay and waits until it listens.
    static WeirProcess serve(NetworkNamespace namespace, String... options) throws IOException {
        var arguments = new ArrayList<>(List.of("serve"));
        arguments.addAll(List.of(options));
        WeirProcess relay = start(namespace, arguments.toArray(String[]::new));
        relay.awaitLine("ready ");
        return relay;
    }

    /// Waits for a line of output with the given beginning.
    String awaitLine(String beginning) {
        await().atMost(PATIENCE).until(() -> line(beginning) != null || !process.isAlive());
        String line = line(beginning);
        if (line == null) {
            throw new AssertionError("ended early: " + this);
        }
        return line;
    }

    private @Nullable String line(String beginning) {
        return lines.stream().filter(line -> line.startsWith(beginning)).findFirst().orElse(null);
    }

    /// Sends a signal, such as `KILL` or `STOP`; it has been delivered on return.
    void signal(String name) {
        CommandResult.of("kill", "-" + name, Long.toString(process.pid())).orThrow();
    }

    /// Waits for the end.
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new AssertionError("still running after " + PATIENCE + ": " + this);
        }
        return process.exitValue();
    }

    List<String> lines() {
        return List.copyOf(lines);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    private void readLines() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            output.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException e) {
            lines.add("(output ended: " + e.getMessage() + ")");
        }
    }

    @Override
    public String toString() {
        return process.info().commandLine().orElse("pid " + process.pid()) + "\n" + String.join("\n", lines);
    }
}
