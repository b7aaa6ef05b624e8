// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.TsharkOracle;
import dev.weir.testkit.TsharkReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the kernel made is judged by a dissector that nobody here wrote. That it flags what is wrong is TsharkOracleIT's
/// business.
@RequiresRoot
@RequiresBpf
class TsharkIT {
    private static final int RELAY_PORT = 4433;

    @TempDir
    Path directory;

    @Test
    void everySubscribersPacketsDecryptAndNoNumberComesTwice() throws Exception {
        Path captures = directory.resolve("captures");
        DemoReport report = DemoReport.of(directory.resolve("report.json"),
                "--path", "kernel", "--seconds", "2", "--subscribers", "3", "--pcap", captures.toString());
        report.assertMadeByKernel();

        List<Path> files = captures(captures);
        assertThat(files).as("one for each subscriber and mode").hasSize(6);
        for (Path file : files) {
            TsharkReport judgement = TsharkOracle.check(file, keyLog(file), RELAY_PORT);
            assertThat(judgement.packets()).as("%s", file).isGreaterThan(100);
            assertThat(judgement.isClean()).as("%s: %s", file, judgement).isTrue();
        }
    }

    private static List<Path> captures(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".pcap")).sorted().toList();
        }
    }

    private static Path keyLog(Path capture) {
        String name = capture.getFileName().toString().replaceFirst("\\.pcap$", ".keys");
        Path file = capture.resolveSibling(name);
        try {
            assertThat(Files.size(file)).as("%s", file).isPositive();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }
}
