// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.system.CaptureJudge;
import dev.weir.app.system.PacketTimes;
import dev.weir.testkit.Capture;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Captures what a host and the relay send each other, from before its peers connect.
final class RelayWatch implements AutoCloseable {
    private static final Duration LEASE = Duration.ofMillis(200);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SILENCE = Duration.ofMillis(500);
    private static final int ENOUGH = 300;
    /// Of `ip -s link`: bytes, then packets.
    private static final Pattern RECEIVED = Pattern.compile("RX:.*\\n\\s*\\d+\\s+(\\d+)");

    private final Host host;
    private final Path pcap;
    private final Capture capture;
    private boolean stopped;

    RelayWatch(Host host, Path folder) {
        this.host = host;
        pcap = folder.resolve("host.pcap");
        capture = Capture.start(host.namespace(), Topology.HOST_INTERFACE, pcap, "udp port 4433");
    }

    /// Packets that have come to the host.
    private long received() {
        Matcher counts = RECEIVED.matcher(host.namespace().ip("-s", "link", "show", Topology.HOST_INTERFACE));
        assertThat(counts.find()).isTrue();
        return Long.parseLong(counts.group(1));
    }

    /// Waits for many packets more.
    void awaitPackets() {
        long before = received();
        await().atMost(PATIENCE).until(() -> received() > before + ENOUGH);
    }

    /// Waits until nothing has come for a while.
    void awaitSilence() {
        long[] count = {-1};
        await().atMost(PATIENCE).pollInterval(SILENCE).until(() -> {
            long last = count[0];
            count[0] = received();
            return last == count[0];
        });
    }

    /// Nothing came from the relay after the lease of `from` had run out, and before `until`. Ends the capture.
    void assertSilent(Instant from, Instant until) {
        if (!stopped) {
            stopped = true;
            capture.stop();
        }
        List<Instant> times = PacketTimes.of(pcap, "src port 4433");
        assertThat(times).isNotEmpty().noneMatch(time -> time.isAfter(from.plus(LEASE)) && time.isBefore(until));
    }

    /// Has tshark judge what the relay sent. After the capture's end.
    ///
    /// @param keys of all peers of the host
    void judge(Path keys) {
        CaptureJudge.judgeRelay(pcap, keys);
    }

    @Override
    public void close() {
        capture.close();
    }
}
