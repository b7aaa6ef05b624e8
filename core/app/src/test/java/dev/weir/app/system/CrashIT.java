// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.Capture;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The kernel must not go on copying for a relay that is dead or stands still (DESIGN §4, rule 10), although the publisher
/// goes on sending.
@RequiresRoot
@RequiresBpf
class CrashIT {
    private static final Duration LEASE = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofSeconds(1);

    @TempDir
    Path directory;

    private Topology topology;
    private Host subscriberHost;
    private Path pcap;
    private Statistics statistics;
    private WeirProcess relay;
    private WeirProcess publisher;
    private WeirProcess subscriber;

    @BeforeEach
    void startMedia() throws IOException {
        topology = Topology.create("wt5-crash", 1);
        subscriberHost = topology.subscribers().getFirst();
        pcap = directory.resolve("copies.pcap");
        statistics = new Statistics(directory.resolve("stats.json"));
        relay = WeirProcess.serve(topology.relay(), "--path", "kernel", "--stats", statistics.file().toString());
        publisher = WeirProcess.start(topology.publisher().namespace(), "publish", "--relay", "10.77.0.1:4433", "--insecure",
                "--mode", "datagram", "--rate", "200", "--size", "1000", "--seconds", "120");
        await().atMost(PATIENCE).until(() -> statistics.get("connections") == 1);
        subscriber = WeirProcess.start(subscriberHost.namespace(), "subscribe", "--relay", "10.77.1.1:4433", "--insecure",
                "--seconds", "120");
        await().atMost(PATIENCE).until(() -> statistics.get("copies.kernel") > 100);
    }

    @AfterEach
    void stopEverything() {
        for (WeirProcess process : new WeirProcess[] {subscriber, publisher, relay}) {
            if (process != null) {
                process.close();
            }
        }
        topology.close();
    }

    @Test
    void noCopyLeavesAfterTheRelayIsKilledAndTheNextOneStartsAtOnce() throws Exception {
        try (Capture capture = capture()) {
            awaitCopies();
            relay.signal("KILL");
            Instant killed = Instant.now();
            awaitSilence();
            capture.stop();

            assertThat(PacketTimes.of(pcap).getLast()).isBefore(killed.plus(LEASE));
        }
        assertThat(relay.exitCode()).isNotZero();
        relay = WeirProcess.serve(topology.relay(), "--path", "kernel");
    }

    @Test
    void aStoppedRelayCopiesNothingUntilItIsContinued() throws Exception {
        try (Capture capture = capture()) {
            awaitCopies();
            relay.signal("STOP");
            Instant stopped = Instant.now();
            awaitSilence();
            Instant continued = Instant.now();
            relay.signal("CONT");
            long before = Files.size(pcap);
            await().atMost(PATIENCE).until(() -> Files.size(pcap) > before + 50_000);
            capture.stop();

            assertThat(PacketTimes.of(pcap))
                    .noneMatch(time -> time.isAfter(stopped.plus(LEASE)) && time.isBefore(continued));
        }
    }

    @Test
    void sigtermEndsTheRelayInGoodOrder() throws Exception {
        relay.signal("TERM");

        assertThat(relay.exitCode()).isZero();
        assertThat(subscriber.exitCode()).as("%s", subscriber).isZero();
    }

    private Capture capture() {
        return Capture.start(subscriberHost.namespace(), Topology.HOST_INTERFACE, pcap, "udp and src port 4433");
    }

    private void awaitCopies() throws IOException {
        long before = Files.size(pcap);
        await().atMost(PATIENCE).until(() -> Files.size(pcap) > before + 50_000);
    }

    private void awaitSilence() {
        long[] size = {-1};
        await().atMost(PATIENCE).pollInterval(SILENCE).until(() -> {
            long last = size[0];
            size[0] = Files.size(pcap);
            return last == size[0];
        });
    }
}
