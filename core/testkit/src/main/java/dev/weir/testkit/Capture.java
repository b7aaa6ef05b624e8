// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A tcpdump that writes what one interface of a namespace sees into a pcap file.
///
/// It listens when [#start] returns and has written everything when [#stop] returns.
public final class Capture implements AutoCloseable {
    private static final Pattern DROPPED = Pattern.compile("(\\d+) packets? dropped by kernel");
    private static final int SECONDS_TO_WAIT = 20;

    private final Process process;
    private final Path file;
    private final CompletableFuture<Void> listening = new CompletableFuture<>();
    private final CompletableFuture<Long> dropped = new CompletableFuture<>();

    private Capture(Process process, Path file) {
        this.process = process;
        this.file = file;
        Thread.ofPlatform().daemon().name("tcpdump-" + process.pid()).start(this::readMessages);
    }

    /// Starts capturing and waits until tcpdump listens.
    ///
    /// @param namespace where the interface is
    /// @param interfaceName the interface
    /// @param file the pcap file to write
    /// @param filter a pcap filter such as `udp port 4433`
    /// @return the running capture
    /// @throws TestkitException if tcpdump is missing or refuses
    public static Capture start(NetworkNamespace namespace, String interfaceName, Path file, String filter) {
        // Unbuffered, a 32 MiB ring, as root (-Z): Debian's tcpdump would otherwise lose the right to write the file.
        List<String> command = namespace.commandLine("tcpdump", "-n", "-U", "--immediate-mode", "-B", "32768", "-Z", "root",
                "-i", interfaceName, "-w", file.toString(), filter);
        try {
            var capture = new Capture(new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD).start(), file);
            capture.await(capture.listening, "listen on " + interfaceName);
            return capture;
        } catch (IOException e) {
            throw new TestkitException("Cannot start tcpdump (" + e.getMessage() + "); install the package tcpdump.", e);
        }
    }

    /// @return the pcap file
    public Path file() {
        return file;
    }

    /// Stops capturing and waits until the file is complete.
    ///
    /// @return packets the capture itself lost because its buffer was full
    public long stop() {
        process.destroy();
        long lost = await(dropped, "write its last packets");
        await(process.onExit(), "end");
        return lost;
    }

    @Override
    public void close() {
        process.destroy();
    }

    private <T> T await(CompletableFuture<T> event, String what) {
        try {
            return event.get(SECONDS_TO_WAIT, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new TestkitException("tcpdump did not " + what + " (" + e.getMessage() + "), capture " + file + ".", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new TestkitException("Interrupted while waiting for tcpdump, capture " + file + ".", e);
        }
    }

    private void readMessages() {
        var last = new StringBuilder();
        long lost = 0;
        try (BufferedReader messages = process.errorReader(StandardCharsets.UTF_8)) {
            for (String line = messages.readLine(); line != null; line = messages.readLine()) {
                last.append(line).append(' ');
                Matcher matcher = DROPPED.matcher(line);
                if (matcher.find()) {
                    lost = Long.parseLong(matcher.group(1));
                } else if (line.contains("listening on")) {
                    listening.complete(null);
                }
            }
        } catch (IOException e) {
            last.append(e.getMessage());
        }
        listening.completeExceptionally(new IOException(last.toString().strip()));
        dropped.complete(lost);
    }
}
