// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.awaitility.pollinterval.FibonacciPollInterval.fibonacci;

import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayFootprint;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Connections come and go in every manner while media flow (DESIGN section 4, rule 9): what the relay keeps returns to
/// its base, and who stays notices nothing. `-Dweir.churn.cycles=10000` is the full form.
@RequiresRoot
@RequiresBpf
class ChurnIT {
    private static final int CYCLES = Integer.getInteger("weir.churn.cycles", 240);
    /// Idle timeout of the relay.
    static final int IDLE_SECONDS = 3;
    private static final int WARM_UP = 48;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// State that does not depend on how much of the media is cached just now.
    private static final List<String> STATE = List.of("connections", "subscriptions", "subscriptions.active", "tracks", "lanes",
            "map.connection_ids", "map.tracks");
    /// There is one of each per connection.
    private static final List<String> PER_CONNECTION = List.of("dev.weir.quic.kwik.RelayConnection", "dev.weir.engine.Session",
            "tech.kwik.core.send.SenderImpl", "tech.kwik.core.impl.ConnectionSecrets");

    /// JIT threads come and go as well, however many cycles there are; what one manner of leaving leaves behind is more, also in the short form.
    private static final long MOST_MORE = 32;
    /// The cache of a group that is full, and what is loaded late.
    private static final long MOST_MORE_BYTES = 8 << 20;

    /// A window over the publisher's last packets, which is not full when the test begins.
    private static final List<String> BOUNDED = List.of("dev.weir.engine.ServedDatagrams$ServedObject");

    @TempDir
    Path folder;

    @Test
    void whatComesAndGoesLeavesNothingBehindAndNobodyElseNotices() throws Exception {
        try (MediaBed bed = new MediaBed("wt4-churn", folder, IDLE_SECONDS)) {
            bed.startMedia();
            churn(bed, WARM_UP);
            Map<String, Long> state = settled(bed);
            RelayFootprint before = RelayFootprint.of(bed.relay.pid());

            long began = System.nanoTime();
            churn(bed, CYCLES);
            double seconds = (System.nanoTime() - began) / 1e9;

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(state(bed.statistics())).isEqualTo(state));
            // How much of a group is cached differs from one moment to the next, and comes back to little whenever one
            // begins; what is left behind stays.
            // Looks at uneven times, so that it does not look at the same part of every group.
            await().atMost(PATIENCE).pollInterval(fibonacci()).untilAsserted(() -> assertThatNothingStays(before, RelayFootprint.of(bed.relay.pid())));
            System.out.printf("%d subscribers came and went in %.1f s, %.0f a second%nbefore: %s%nafter:  %s%n",
                    CYCLES, seconds, CYCLES / seconds, before, RelayFootprint.of(bed.relay.pid()));

            long objects = bed.endMedia();
            System.out.printf("bystanders got all of %d objects%n", objects);
            await().atMost(PATIENCE).untilAsserted(() -> everythingIsGone(bed.statistics()));
        }
    }

    private static void assertThatNothingStays(RelayFootprint before, RelayFootprint after) {
        assertThat(PER_CONNECTION).allSatisfy(name -> assertThat(after.instances(name)).as(name).isEqualTo(before.instances(name)));
        Map<String, Long> grown = after.grownSince(before, MOST_MORE);
        grown.keySet().removeAll(BOUNDED);
        assertThat(grown).isEmpty();
        assertThat(after.threads()).isLessThan(before.threads() + MOST_MORE);
        assertThat(after.heapBytes()).as("live bytes").isLessThan(before.heapBytes() + MOST_MORE_BYTES);
        // jcmd itself and the statistics file are open at times.
        assertThat(after.descriptors()).isLessThan(before.descriptors() + 5);
    }

    private static void churn(MediaBed bed, int cycles) throws Exception {
        long violations = bed.statistics().get("protocol_violations");
        try (var churn = new Churn(bed)) {
            churn.run(cycles);
            settled(bed);
        }
        long putOut = cycles / Departure.values().length;
        assertThat(bed.statistics().get("protocol_violations") - violations).isEqualTo(putOut);
    }

    /// Only the two publishers and the two bystanders are there.
    private static Map<String, Long> settled(MediaBed bed) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            RelayStatistics now = bed.statistics();
            assertThat(now.get("connections")).isEqualTo(4);
            assertThat(now.get("connections.accepted") - now.get("connections.closed")).isEqualTo(4);
            assertThat(now.get("subscriptions")).isEqualTo(2);
        });
        return state(bed.statistics());
    }

    private static Map<String, Long> state(RelayStatistics statistics) {
        return STATE.stream().collect(Collectors.toMap(name -> name, statistics::get, Long::sum, TreeMap::new));
    }

    private static void everythingIsGone(RelayStatistics statistics) {
        assertThat(state(statistics).values()).containsOnly(0L);
        assertThat(statistics.under("map.")).isEmpty();
        assertThat(statistics.get("cache.bytes")).isZero();
        assertThat(statistics.get("outstanding.packets")).isZero();
        assertThat(statistics.get("tag_failures")).isZero();
    }

    @Test
    void theSameAddressAndPortIsServedAgainAtOnceHoweverItLeft() throws Exception {
        try (MediaBed bed = new MediaBed("wt4-again", folder, IDLE_SECONDS);
                PeerLoop loop = new PeerLoop("again")) {
            bed.startMedia();
            Host host = bed.hosts().getLast();
            for (DeliveryMode mode : DeliveryMode.values()) {
                int port = 0;
                for (Departure manner : Departure.values()) {
                    PeerOptions options = bed.options(host).withLocalPort(port);
                    SubscriberPeer peer = MediaBed.subscriber(host, loop, options, mode, null);
                    port = peer.localAddress().getPort();
                    peer.subscribe();
                    bed.awaitObject(peer);
                    manner.leave(peer);
                    peer.close();
                }
                SubscriberPeer last = MediaBed.subscriber(host, loop, bed.options(host).withLocalPort(port), mode, null);
                last.subscribe();
                bed.awaitObject(last);
                assertThat(last.violation()).isNull();
                last.close();
            }
            bed.endMedia();
            await().atMost(PATIENCE).untilAsserted(() -> everythingIsGone(bed.statistics()));
        }
    }
}
