// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.CpuTimes;
import dev.weir.bench.report.RelayStatistics;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/// A relay in a process of its own: `weir serve`.
///
/// The launcher is the script named by the system property `weir.launcher` (or, without it, by the environment variable
/// `WEIR_LAUNCHER`); `./weir` sets the property.
public final class RelayProcess implements AutoCloseable {
    /// UDP port that the relay listens on.
    public static final int PORT = 4433;

    private static final int START_SECONDS = 60;
    private static final int STOP_SECONDS = 10;
    private static final long STATISTICS_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private final Process process;
    private final Path statisticsFile;
    private final Path log;
    private final CompletableFuture<String> ready = new CompletableFuture<>();

    private RelayProcess(Process process, Path statisticsFile, Path log) {
        this.process = process;
        this.statisticsFile = statisticsFile;
        this.log = log;
        Thread.ofPlatform().daemon().name("relay-output").start(this::readOutput);
    }

    /// Starts a relay on port [#PORT] of all addresses and waits until it listens.
    ///
    /// @param prefix what stands before the launcher on the command line, such as `ip netns exec NAME`; may be empty
    /// @param path who makes the copies
    /// @param certificate PEM file with its certificate
    /// @param key PEM file with the key
    /// @param folder where its log and its statistics go
    /// @param more further options of `serve`
    /// @return the running relay
    /// @throws BenchException if it does not start, with its own words
    public static RelayProcess start(List<String> prefix, RelayPath path, Path certificate, Path key, Path folder, String... more) {
        Path statistics = folder.resolve("relay-statistics.json");
        Path log = folder.resolve("relay.log");
        var command = new ArrayList<>(prefix);
        command.addAll(List.of(launcher(), "serve", "--listen", "[::]:" + PORT, "--path", path.word(), "--certificate",
                certificate.toString(), "--key", key.toString(), "--stats", statistics.toString()));
        command.addAll(List.of(more));
        try {
            Files.deleteIfExists(statistics);
            var builder = new ProcessBuilder(command).redirectError(log.toFile());
            // Nobody can reach its page in a namespace, and a web server beside it would be measured as well.
            builder.environment().putIfAbsent("WEIR_MANAGEMENT_PORT", "off");
            Process process = builder.start();
            var relay = new RelayProcess(process, statistics, log);
            relay.awaitReady();
            return relay;
        } catch (IOException e) {
            throw new BenchException("Cannot start the relay with '" + command.getFirst() + "' (" + e.getMessage()
                    + "); start this command through ./weir.", e);
        }
    }

    private static String launcher() {
        String launcher = System.getProperty("weir.launcher", System.getenv().getOrDefault("WEIR_LAUNCHER", ""));
        if (launcher.isEmpty()) {
            throw new BenchException("The launcher that starts the relay is not known; start this command through ./weir.");
        }
        return launcher;
    }

    private void readOutput() {
        try (BufferedReader output = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                if (line.startsWith("ready ")) {
                    ready.complete(line);
                }
            }
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
        ready.completeExceptionally(new IOException("it ended"));
    }

    private void awaitReady() {
        try {
            ready.get(START_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            close();
            throw new BenchException("The relay did not start: " + lastWords(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            close();
            throw new BenchException("Interrupted while the relay was starting.", e);
        }
    }

    /// The relay's own error, if it gave one.
    private String lastWords() {
        try {
            List<String> lines = Files.readAllLines(log);
            return lines.stream().filter(line -> line.startsWith("error: ")).reduce((first, second) -> second)
                    .map(line -> line.substring("error: ".length()))
                    .orElseGet(() -> lines.isEmpty() ? "it said nothing; run './weir serve' by hand." : lines.getLast());
        } catch (IOException e) {
            return "its log cannot be read (" + e.getMessage() + "); run './weir serve' by hand.";
        }
    }

    /// @return `kernel` or `userspace`: who makes the copies
    public String path() {
        return ready.join().endsWith(" path kernel") ? RelayPath.KERNEL.word() : RelayPath.USERSPACE.word();
    }

    /// @return process ID
    public long pid() {
        return process.pid();
    }

    /// @return processor time so far
    /// @throws BenchException if the relay has ended
    public CpuTimes cpuTimes() {
        requireAlive();
        return CpuTimes.of(process.pid());
    }

    /// Waits for the next version of the statistics, at most some hundreds of milliseconds.
    ///
    /// @return the counters, not older than this call
    /// @throws BenchException if the relay has ended or writes none
    public RelayStatistics statistics() {
        Instant asked = Instant.now();
        long deadline = System.nanoTime() + STATISTICS_NANOS;
        while (System.nanoTime() < deadline) {
            requireAlive();
            try {
                if (Files.exists(statisticsFile) && modified().isAfter(asked)) {
                    return RelayStatistics.ofJson(Files.readString(statisticsFile));
                }
            } catch (IOException e) {
                throw new BenchException("Cannot read the relay's statistics " + statisticsFile + " (" + e.getMessage()
                        + "); make room on the disk.", e);
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
        throw new BenchException("The relay wrote no statistics for 10 s: it stands still, or the disk is full; its log ends"
                + " with: " + lastWords());
    }

    private Instant modified() throws IOException {
        FileTime time = Files.getLastModifiedTime(statisticsFile);
        return time.toInstant();
    }

    private void requireAlive() {
        if (!process.isAlive()) {
            throw new BenchException("The relay has ended unexpectedly: " + lastWords());
        }
    }

    /// Kills the relay, and waits until it is gone.
    public void kill() {
        try {
            process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends the relay, first politely.
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(STOP_SECONDS, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
