// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Keeps a file with the relay's counters: one flat JSON object, sorted by name, all values whole numbers. A reader never
/// sees half a file: each version is written beside it and renamed onto it.
public final class StatisticsFile implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StatisticsFile.class);

    private final Path file;
    private final Path next;
    private final Supplier<Map<String, Long>> statistics;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("statistics-file").factory());

    private StatisticsFile(Path file, Supplier<Map<String, Long>> statistics) {
        this.file = file;
        this.next = file.resolveSibling(file.getFileName() + ".next");
        this.statistics = statistics;
    }

    /// Writes the file once and then again and again until it is closed.
    ///
    /// @param file the file
    /// @param interval time between two versions
    /// @param statistics gives the current values
    /// @return to be closed
    /// @throws BadInputException if the file cannot be written
    public static StatisticsFile open(Path file, Duration interval, Supplier<Map<String, Long>> statistics) {
        var opened = new StatisticsFile(file, statistics);
        try {
            opened.write();
        } catch (IOException e) {
            opened.timer.shutdownNow();
            throw new BadInputException("Cannot write the statistics to " + file + " (" + IoReason.of(e)
                    + "); name a file in an existing folder that you may write to.", e);
        }
        opened.timer.scheduleWithFixedDelay(opened::writeOrLog, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        return opened;
    }

    /// Writes the final version. Call it while the statistics can still be read.
    @Override
    public void close() {
        timer.shutdown();
        try {
            // A version being written uses the same temporary file.
            if (!timer.awaitTermination(1, TimeUnit.SECONDS)) {
                timer.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        writeOrLog();
    }

    private void writeOrLog() {
        try {
            write();
        } catch (IOException | RuntimeException e) {
            // Media goes on without statistics, on a full disk for example; the reader sees by the file's time that it is old.
            LOG.atDebug().addKeyValue("file", file).setCause(e).log("Statistics not written");
        }
    }

    private void write() throws IOException {
        Files.writeString(next, json(statistics.get()));
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    }

    static String json(Map<String, Long> values) {
        return new TreeMap<>(values).entrySet().stream()
                .map(entry -> "\"" + entry.getKey() + "\":" + entry.getValue())
                .collect(Collectors.joining(",\n ", "{", "}\n"));
    }
}
