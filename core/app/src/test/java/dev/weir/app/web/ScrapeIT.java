// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.quic.kwik.RelayServer;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Scrapes during traffic change nothing in what is delivered. `-Dweir.scrapes=100000` is the long form; it prints latencies with scrapes and, for as
/// long, without.
@RequiresRoot
@RequiresBpf
class ScrapeIT {
    private static final int SHORT = 500;
    private static final int SCRAPES = Integer.getInteger("weir.scrapes", SHORT);
    private static final int SCRAPERS = 2;
    private static final int LANES = 16;
    private static final int RATE = 200;
    private static final int SIZE = 600;

    @TempDir
    Path folder;

    /// What subscribers got of a track.
    ///
    /// @param objects published
    /// @param complete whether every subscriber got every object
    /// @param latency of objects, slowest percentile of all subscribers, microseconds
    private record Outcome(long objects, boolean complete, long latency) {}

    private interface Work {
        void run() throws Exception;
    }

    private static Outcome watch(Topology topology, String name, Trust trust, Work work) throws Exception {
        try (LiveTrack track = LiveTrack.start(topology, FullTrackName.of("scrape/" + name, "track"), DeliveryMode.STREAM, LANES, RATE, SIZE, trust)) {
            work.run();
            track.end();
            long published = track.published();
            await().atMost(Duration.ofSeconds(30)).until(() -> track.subscribers().stream().allMatch(each -> each.received() >= published));
            List<ReceivedTrack> received = track.subscribers().stream().map(SubscriberPeer::finish).toList();
            return new Outcome(
                    published,
                    received.stream().allMatch(each -> each.objects().size() == published && each.corrupt() == 0 && each.duplicates() == 0),
                    received.stream().mapToLong(each -> each.latency().getValueAtPercentile(99)).max().orElseThrow());
        }
    }

    private static void scrape(LocalRelay relay, AtomicInteger left, List<Throwable> failures) {
        while (left.getAndDecrement() > 0) {
            try {
                assertThat(relay.get("actuator/prometheus").body()).contains("weir_copies_total");
            } catch (Exception | AssertionError e) {
                failures.add(e);
                return;
            }
        }
    }

    @Test
    void scrapesChangeNothingInWhatIsDelivered() throws Exception {
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        Trust trust = new Trust.Pinned(List.of(certificate.certificate()));
        try (Topology topology = Topology.create("wt-scrape", 2);
                LocalRelay relay = new LocalRelay(
                        topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                                new InetSocketAddress(LiveTrack.PORT),
                                certificate.keyStore(), DevelopmentCertificate.ALIAS, certificate.password(), PathMode.KERNEL))),
                        folder, Map.of())) {
            List<Throwable> failures = new ArrayList<>();
            long[] millis = new long[1];
            Outcome scraped = watch(topology, "with", trust, () -> {
                long begin = System.nanoTime();
                var left = new AtomicInteger(SCRAPES);
                var scrapers = new ArrayList<Thread>();
                for (int i = 0; i < SCRAPERS; i++) {
                    scrapers.add(Thread.ofPlatform().start(() -> scrape(relay, left, failures)));
                }
                for (Thread each : scrapers) {
                    each.join();
                }
                millis[0] = (System.nanoTime() - begin) / 1_000_000;
            });
            System.out.printf("%d scrapes in %d ms: %s to %d lanes%n", SCRAPES, millis[0], scraped, LANES);
            assertThat(failures).isEmpty();
            assertThat(scraped.complete()).as("with scrapes: %s", scraped).isTrue();
            if (SCRAPES > SHORT) {
                Outcome quiet = watch(topology, "without", trust, () -> Thread.sleep(millis[0]));
                System.out.printf("the same time without scrapes: %s%n", quiet);
                assertThat(quiet.complete()).as("without: %s", quiet).isTrue();
            }
            assertThat(relay.relay().statistics()).containsEntry("protocol_violations", 0L).containsEntry("tag_failures", 0L);
        }
    }
}
