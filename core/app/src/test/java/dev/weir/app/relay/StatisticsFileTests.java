// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StatisticsFileTests {
    @TempDir
    Path directory;

    @Test
    void isThereAtOnceAndFollowsTheValues() throws Exception {
        Path file = directory.resolve("stats.json");
        var copies = new AtomicLong(1);
        try (var _ = StatisticsFile.open(file, Duration.ofMillis(10), () -> Map.of("copies.kernel", copies.get(), "a", 0L))) {
            assertThat(file).hasContent("{\"a\":0,\n \"copies.kernel\":1}");
            copies.set(2);
            await().untilAsserted(() -> assertThat(Files.readString(file)).contains("\"copies.kernel\":2"));
        }
    }

    @Test
    void closingWritesTheLastValues() throws Exception {
        Path file = directory.resolve("stats.json");
        var copies = new AtomicLong(1);
        var statistics = StatisticsFile.open(file, Duration.ofHours(1), () -> Map.of("copies.kernel", copies.get()));
        copies.set(3);
        statistics.close();

        assertThat(Files.readString(file)).contains("\"copies.kernel\":3");
        assertThat(directory).isDirectoryNotContaining(path -> path.toString().endsWith(".next"));
    }

    @Test
    void refusesAFileThatCannotBeWritten() {
        Path file = directory.resolve("absent").resolve("stats.json");

        assertThatThrownBy(() -> StatisticsFile.open(file, Duration.ofSeconds(1), Map::of))
                .isInstanceOf(BadInputException.class)
                .hasMessageStartingWith("Cannot write the statistics to " + file);
    }
}
