// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayProcess;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.wire.moqt.Location;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Peers whose address changes under load, as behind a router that forgets them. Kwik takes packets from the first address only, so a
/// new address is a new connection: nothing is sent to an address that nobody has validated (RFC 9000 section 9.3), nobody else notices,
/// and whoever comes back is served at once. `-Dweir.fault.rebinds=100` is the full form.
@RequiresRoot
@RequiresBpf
class RebindIT {
    private static final int REBINDS = Integer.getInteger("weir.fault.rebinds", 12);
    /// Of each mode at a time.
    private static final int AT_ONCE = 3;
    private static final int IDLE_SECONDS = 5;
    private static final int RATE = 200;
    private static final int SIZE = 300;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final PeerLoop loop = new PeerLoop("rebound");
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private MediaBed bed;

    @BeforeEach
    void start() throws Exception {
        bed = new MediaBed("wt4-rebind", folder, IDLE_SECONDS);
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        loop.close();
        bed.close();
    }

    private DelayProxy proxyOn(Host host) {
        return DelayProxy.on(host, RelayProcess.PORT, Delay.of(1, Duration.ZERO));
    }

    private PeerOptions through(DelayProxy proxy, Host host) {
        return PeerOptions.of(proxy.address(), bed.options(host).trust());
    }

    @Test
    void subscribersWithAnotherAddressGetNothingThereAndNobodyElseNotices() throws Exception {
        bed.startMedia();
        Host host = bed.hosts().getLast();
        try (DelayProxy proxy = proxyOn(host)) {
            for (int rebinds = 0; rebinds < REBINDS; rebinds += DeliveryMode.values().length * AT_ONCE) {
                List<SubscriberPeer> peers = comeThrough(proxy, host);
                proxy.rebind();
                long before = proxy.fromTarget();
                awaitBystandersOnly();
                assertThat(proxy.fromTarget()).as("packets to addresses that nobody has validated").isEqualTo(before);
                assertThat(peers).allSatisfy(peer -> assertThat(peer.violation()).isNull());
                peers.forEach(SubscriberPeer::close);
            }
        }
        bed.endMedia();
    }

    /// Connects subscribers that have an object each.
    private List<SubscriberPeer> comeThrough(DelayProxy proxy, Host host) throws Exception {
        PeerOptions options = through(proxy, host);
        var peers = new ArrayList<SubscriberPeer>();
        for (DeliveryMode mode : DeliveryMode.values()) {
            for (int i = 0; i < AT_ONCE; i++) {
                SubscriberPeer peer = MediaBed.subscriber(host, loop, options, mode, null);
                peer.subscribe();
                peers.add(peer);
            }
        }
        peers.forEach(bed::awaitObject);
        return peers;
    }

    /// The relay has given up everybody else, as it hears nothing of their addresses any more.
    private void awaitBystandersOnly() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            RelayStatistics now = bed.statistics();
            assertThat(now.get("subscriptions")).as("%s", now).isEqualTo(DeliveryMode.values().length);
        });
        bed.awaitMore();
    }

    /// What it sends from its new address is counted; subscribers go on with what it publishes when it is back.
    @ParameterizedTest
    @EnumSource(DeliveryMode.class)
    void aPublisherWithAnotherAddressIsHeardAgainWhenItHasConnectedAnew(DeliveryMode mode) throws Exception {
        Host host = bed.publisherHost();
        try (DelayProxy proxy = proxyOn(host)) {
            PeerOptions options = through(proxy, host);
            PublisherPeer first = publisher(host, options, mode);
            var source = new RunningSource(RATE, SIZE, 0);
            first.announce(source.content(), false);
            SubscriberPeer subscriber = bed.subscriber(loop, mode, new Location(0, 0));
            subscriber.subscribe();
            CompletableFuture<PublishedTrack> publishing = CompletableFuture.supplyAsync(() -> first.publish(source), threads);
            await().atMost(PATIENCE).until(() -> subscriber.received() > RATE);
            long unheard = bed.statistics().get("kernel.foreign_source");

            proxy.rebind();
            await().atMost(PATIENCE).until(() -> bed.statistics().get("kernel.foreign_source") > unheard + 10);
            source.abandon();
            publishing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            first.fallSilent();
            first.close();

            try (PublisherPeer second = publisher(host, options, mode)) {
                var again = new RunningSource(RATE, SIZE, source.nextGroup());
                second.announce(again.content(), false);
                var publishingAgain = CompletableFuture.supplyAsync(() -> second.publish(again), threads);
                await().atMost(PATIENCE).until(() -> second.sentObjects() > RATE);
                again.stop();
                List<TransferredObject> sent = publishingAgain.get(PATIENCE.toSeconds(), TimeUnit.SECONDS).objects();
                subscriber.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);

                ReceivedTrack received = subscriber.finish();
                assertThat(received.objects().values()).as("%s", bed.statistics()).containsAll(sent);
                assertThat(received.duplicates()).isZero();
                assertThat(subscriber.violation()).isNull();
                subscriber.close();
            }
        }
        bed.assertBooksBalance();
    }

    private PublisherPeer publisher(Host host, PeerOptions options, DeliveryMode mode) throws Exception {
        return host.namespace().call(() -> PublisherPeer.connect(loop, options, MediaBed.track(mode), mode));
    }
}
