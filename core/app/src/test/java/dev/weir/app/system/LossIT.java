// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/// Completion under loss: in STREAM mode every byte comes, whatever the network loses; in DATAGRAM mode what is missing is what the
/// network and the relay count, exactly. The demo itself judges the sums and ends with 1 if one is not right.
///
/// `-Dweir.fault.full=true` has 32 subscribers, all rates, and half a minute each; otherwise it is a short form of the same.
@RequiresRoot
@RequiresBpf
class LossIT {
    private static final boolean FULL = Boolean.getBoolean("weir.fault.full");
    private static final String SUBSCRIBERS = FULL ? "32" : "8";
    private static final String SECONDS = FULL ? "30" : "4";
    private static final String TO_RELAY = "5";

    @TempDir
    Path directory;

    @ParameterizedTest
    @MethodSource("streamLosses")
    void everyByteOfAStreamComesAndWhatWasLostComesFromTheLedger(String loss, String burst, String rate) throws Exception {
        Path captures = directory.resolve("captures");
        JsonNode run = run("stream", loss, burst, rate, "--pcap", captures.toString());

        assertThat(run.path("per_subscriber").values()).hasSize(Integer.parseInt(SUBSCRIBERS)).allSatisfy(subscriber -> {
            assertThat(subscriber.path("sha256_equal").asBoolean()).as("%s", subscriber).isTrue();
            assertThat(subscriber.path("duplicates").asLong()).isZero();
        });
        JsonNode counters = run.path("relay_statistics");
        assertThat(counters.path("lost.packets").asLong()).as("copies of the kernel declared lost").isPositive();
        assertThat(counters.path("retransmitted.bytes").asLong()).isPositive();
        assertThat(CaptureJudge.judge(captures)).isEqualTo(Integer.parseInt(SUBSCRIBERS));
    }

    /// Percent, packets in a row, objects per second.
    static Stream<Arguments> streamLosses() {
        return FULL ? Stream.of(Arguments.of("1", "1", "100"), Arguments.of("5", "3", "100"), Arguments.of("20", "1", "50"))
                : Stream.of(Arguments.of("20", "1", "50"));
    }

    static Stream<Arguments> datagramLosses() {
        return FULL ? Stream.of(Arguments.of("1", "1", "100"), Arguments.of("5", "3", "100"), Arguments.of("20", "1", "100"))
                : Stream.of(Arguments.of("5", "3", "100"));
    }

    @ParameterizedTest
    @MethodSource("datagramLosses")
    void everyMissingDatagramIsCountedByTheNetworkOrTheRelay(String loss, String burst, String rate) throws Exception {
        Path captures = directory.resolve("captures");
        JsonNode run = run("datagram", loss, burst, rate, "--pcap", captures.toString());

        long missing = run.path("per_subscriber").valueStream()
                .mapToLong(subscriber -> run.path("objects_published").asLong() - subscriber.path("objects_received").asLong()).sum();
        JsonNode network = run.path("network");
        long dropped = run.path("dropped").valueStream().mapToLong(JsonNode::asLong).sum();
        assertThat(missing).as("%s", run).isPositive().isEqualTo(network.path("to_subscribers").path("lost").asLong()
                + Long.parseLong(SUBSCRIBERS) * network.path("to_relay").path("lost").asLong() + dropped);
        assertThat(run.path("per_subscriber").values())
                .allSatisfy(subscriber -> assertThat(subscriber.path("duplicates").asLong()).isZero());
        assertThat(CaptureJudge.judge(captures)).isEqualTo(Integer.parseInt(SUBSCRIBERS));
    }

    @Test
    void theSameHoldsOnTheUserSpacePath() {
        DemoReport report = DemoReport.of(directory.resolve("userspace.json"), "--path", "userspace", "--seconds", "3", "--subscribers",
                "3", "--rate", "50", "--size", "1100", "--loss", "5", "--loss-to-relay", TO_RELAY, "--seed", "3");

        assertThat(report.runs()).hasSize(2).allSatisfy(run -> {
            assertThat(run.path("path").asString()).isEqualTo("userspace");
            assertThat(run.path("copies").path("kernel").asLong(-1)).isZero();
            assertThat(run.path("network").path("to_subscribers").path("lost").asLong()).isPositive();
        });
    }

    private JsonNode run(String mode, String loss, String burst, String rate, String... further) {
        var options = new ArrayList<>(List.of("--mode", mode, "--path", "kernel", "--seconds", SECONDS, "--subscribers", SUBSCRIBERS,
                "--rate", rate, "--size", "1100", "--loss", loss, "--burst", burst, "--loss-to-relay", TO_RELAY, "--seed", "3"));
        options.addAll(List.of(further));
        return DemoReport.of(directory.resolve("report.json"), options.toArray(String[]::new)).runs().getFirst();
    }
}
