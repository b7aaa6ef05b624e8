// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.TsharkOracle;
import dev.weir.testkit.TsharkReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Has tshark judge what `demo --pcap` captured: every packet decrypts, none is malformed, no number comes twice under one key.
public final class CaptureJudge {
    private static final int RELAY_PORT = 4433;
    private static final int FEWEST_PACKETS = 100;

    private CaptureJudge() {}

    /// @return how many captures there were; all of them are clean
    static int judge(Path folder) throws Exception {
        List<Path> files;
        try (var all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(".pcap")).sorted().toList();
        }
        for (Path file : files) {
            judge(file, TsharkOracle.check(file, keyLog(file), RELAY_PORT));
        }
        return files.size();
    }

    /// Judges what the relay sent in a capture with both directions of all its connections.
    ///
    /// @param keys keys of all of them
    public static void judgeRelay(Path pcap, Path keys) {
        judge(pcap, TsharkOracle.checkRelay(pcap, keys, RELAY_PORT));
    }

    private static void judge(Path pcap, TsharkReport judgement) {
        assertThat(judgement.packets()).as("%s", pcap).isGreaterThan(FEWEST_PACKETS);
        assertThat(judgement.isClean()).as("%s: %s", pcap, judgement).isTrue();
    }

    private static Path keyLog(Path capture) throws IOException {
        Path file = capture.resolveSibling(capture.getFileName().toString().replaceFirst("\\.pcap$", ".keys"));
        assertThat(Files.size(file)).as("%s", file).isPositive();
        return file;
    }
}
