// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.bench.report.MissingObjects;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.run.RelayPath;
import dev.weir.bench.run.RelayProcess;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// A relay process; publishers that never stop, one per delivery mode, and for each a bystander who
/// is subscribed all the time and must get everything.
final class MediaBed implements AutoCloseable {
    private static final long OBJECT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final int RATE = 100;
    private static final int SIZE = 300;
    private static final int SUBSCRIBER_HOSTS = 2;

    private final Topology topology;
    private final Trust trust;
    private final PeerLoop loop = new PeerLoop("bystanders");
    /// The common pool has one thread on two processors.
    private final ExecutorService publishers = Executors.newCachedThreadPool();
    private final List<Media> media = new ArrayList<>();
    final RelayProcess relay;

    /// A track that is published all the time, and the bystander.
    private record Media(
            DeliveryMode mode,
            PublisherPeer publisher,
            RunningSource source,
            CompletableFuture<PublishedTrack> publishing,
            SubscriberPeer bystander) {}

    /// @param idleSeconds idle timeout of the relay
    MediaBed(String prefix, Path folder, int idleSeconds) throws Exception {
        topology = Topology.create(prefix, SUBSCRIBER_HOSTS);
        topology.transmitChecksumOffload(false);
        DevelopmentCertificate certificate = DevelopmentCertificate.create();
        trust = new Trust.Pinned(List.of(certificate.certificate()));
        DevelopmentCertificate.PemFiles files = certificate.writePem(folder);
        relay = RelayProcess.start(
                topology.relay().commandLine("env", "WEIR_IDLE_TIMEOUT=" + idleSeconds + "s"),
                RelayPath.KERNEL, files.certificate(), files.key(), folder);
    }

    static FullTrackName track(DeliveryMode mode) {
        return FullTrackName.of("churn/" + mode.name().toLowerCase(Locale.ROOT), "objects");
    }

    /// Begins to publish, with the bystanders subscribed from the first object on.
    void startMedia() throws Exception {
        for (DeliveryMode mode : DeliveryMode.values()) {
            PublisherPeer publisher = publisher(loop, mode, 0);
            var source = new RunningSource(RATE, SIZE, 0);
            publisher.announce(source.content(), false);
            SubscriberPeer bystander = subscriber(loop, mode, new Location(0, 0));
            bystander.subscribe();
            media.add(new Media(mode, publisher, source, CompletableFuture.supplyAsync(() -> publisher.publish(source), publishers), bystander));
        }
    }

    PeerOptions options(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), trust);
    }

    List<Host> hosts() {
        return topology.subscribers();
    }

    /// Connects a publisher.
    ///
    /// @param port its UDP port; 0: any
    PublisherPeer publisher(PeerLoop peers, DeliveryMode mode, int port) throws Exception {
        Host host = topology.publisher();
        return host.namespace()
                .call(() -> PublisherPeer.connect(peers, options(host).withLocalPort(port), track(mode), mode));
    }

    /// Connects a subscriber on the first host.
    SubscriberPeer subscriber(PeerLoop peers, DeliveryMode mode, @Nullable Location start) throws Exception {
        Host host = topology.subscribers().getFirst();
        return subscriber(host, peers, options(host), mode, start);
    }

    static SubscriberPeer subscriber(Host host, PeerLoop loop, PeerOptions options, DeliveryMode mode, @Nullable Location start)
            throws Exception {
        var request = new SubscriberPeer.Request(track(mode), null, start, null, 0);
        return host.namespace().call(() -> SubscriberPeer.connect(loop, options, request));
    }

    /// Waits for a subscriber's first object.
    void awaitObject(SubscriberPeer peer) {
        long deadline = System.nanoTime() + OBJECT_NANOS;
        while (peer.received() == 0) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("No object came to " + peer.localAddress() + "; its end: " + peer.ended()
                        + ", published: " + media.stream().map(each -> each.publisher().sentObjects()).toList()
                        + ", relay: " + statistics());
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    RelayStatistics statistics() {
        return relay.statistics();
    }

    /// Ends the media; every bystander has every object, once.
    ///
    /// @return objects published
    long endMedia() throws Exception {
        long objects = 0;
        for (Media each : media) {
            each.source().stop();
            PublishedTrack sent = each.publishing().get(20, TimeUnit.SECONDS);
            each.bystander().ended().get(20, TimeUnit.SECONDS);
            ReceivedTrack received = each.bystander().finish();
            MissingObjects missing = MissingObjects.between(sent, received);
            assertThat(missing.byReason())
                    .as("what the bystander of %s misses, from %s, relay %s", each.mode(), missing.locations(), statistics())
                    .isEmpty();
            assertThat(received.duplicates()).isZero();
            assertThat(received.corrupt()).isZero();
            assertThat(each.bystander().violation()).isNull();
            assertThat(each.bystander().rejectedPackets()).isZero();
            assertThat(each.publisher().violation()).isNull();
            each.bystander().close();
            each.publisher().close();
            objects += sent.objects().size();
        }
        media.clear();
        return objects;
    }

    @Override
    public void close() {
        media.forEach(each -> {
            each.source().stop();
            each.bystander().close();
            each.publisher().close();
        });
        publishers.shutdownNow();
        loop.close();
        relay.close();
        topology.close();
    }
}
