// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.app.system.Books;
import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SinkSockets;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.TransferredObject;
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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A relay process; publishers that never stop, one per delivery mode, and for each one or more bystanders who
/// are subscribed all the time and must get everything.
final class MediaBed implements AutoCloseable {
    private static final long OBJECT_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /// Objects a second of each mode; `-Dweir.fault.rate=500` is the full form.
    private static final int RATE = Integer.getInteger("weir.fault.rate", 100);
    /// Of each mode; `-Dweir.fault.subscribers=32` is the full form.
    static final int BYSTANDERS = Integer.getInteger("weir.fault.subscribers", 4);
    /// The relay's own socket was full, as after a pause.
    private static final String SOCKET = "relay_socket";
    private static final int SIZE = 300;
    private static final int SUBSCRIBER_HOSTS = 2;

    private final Topology topology;
    private final Trust trust;
    private final PeerLoop loop = new PeerLoop("bystanders");
    /// The common pool has one thread on two processors.
    private final ExecutorService publishers = Executors.newCachedThreadPool();
    private final List<Media> media = new ArrayList<>();
    private final DevelopmentCertificate.PemFiles certificate;
    private final Path folder;
    private final Path control;
    private final int idleSeconds;
    private @Nullable Path keyLog;
    RelayProcess relay;

    /// A track that is published all the time, and the bystanders.
    private record Media(
            DeliveryMode mode,
            PublisherPeer publisher,
            RunningSource source,
            CompletableFuture<PublishedTrack> publishing,
            List<SubscriberPeer> bystanders) {}

    /// @param idleSeconds idle timeout of the relay
    MediaBed(String prefix, Path folder, int idleSeconds) throws Exception {
        topology = Topology.create(prefix, SUBSCRIBER_HOSTS);
        topology.transmitChecksumOffload(false);
        DevelopmentCertificate development = DevelopmentCertificate.create();
        trust = new Trust.Pinned(List.of(development.certificate()));
        certificate = development.writePem(folder);
        this.folder = folder;
        control = folder.resolve("control.sock");
        this.idleSeconds = idleSeconds;
        relay = startRelay();
    }

    private RelayProcess startRelay() {
        return RelayProcess.start(
                topology.relay().commandLine("env", "WEIR_IDLE_TIMEOUT=" + idleSeconds + "s"),
                RelayPath.KERNEL, certificate.certificate(), certificate.key(), folder, "--control", control.toString());
    }

    /// All peers that connect from now on write their keys to a file.
    void logKeys(Path file) {
        keyLog = file;
    }

    /// Kills the relay; publishers and bystanders are given up.
    void killRelay() {
        relay.kill();
    }

    /// Starts the next relay on the same port, with nobody connected.
    ///
    /// @return ID of the first group that nobody has published anything of
    long restartRelay() {
        long next = 1 + media.stream().mapToLong(each -> each.source().nextGroup()).max().orElse(0);
        abandonMedia();
        relay = startRelay();
        return next;
    }

    private void abandonMedia() {
        media.forEach(each -> {
            each.source().stop();
            each.bystanders().forEach(SubscriberPeer::close);
            each.publisher().close();
        });
        media.clear();
    }

    static FullTrackName track(DeliveryMode mode) {
        return FullTrackName.of("churn/" + mode.name().toLowerCase(Locale.ROOT), "objects");
    }

    /// Begins to publish, with a bystander for each mode.
    void startMedia() throws Exception {
        startMedia(1);
    }

    /// Begins to publish, with the bystanders subscribed from the first object on.
    ///
    /// @param bystanders for each mode, all on the first host
    void startMedia(int bystanders) throws Exception {
        startMedia(bystanders, 0);
    }

    /// @param firstGroup that is published
    void startMedia(int bystanders, long firstGroup) throws Exception {
        for (DeliveryMode mode : DeliveryMode.values()) {
            PublisherPeer publisher = publisher(loop, mode, 0);
            var source = new RunningSource(RATE, SIZE, firstGroup);
            publisher.announce(source.content(), false);
            var crowd = new ArrayList<SubscriberPeer>();
            for (int i = 0; i < bystanders; i++) {
                SubscriberPeer bystander = subscriber(loop, mode, new Location(firstGroup, 0));
                bystander.subscribe();
                crowd.add(bystander);
            }
            media.add(new Media(mode, publisher, source, CompletableFuture.supplyAsync(() -> publisher.publish(source), publishers), crowd));
        }
    }

    PeerOptions options(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), trust).withKeyLog(keyLog);
    }

    List<Host> hosts() {
        return topology.subscribers();
    }

    Host publisherHost() {
        return topology.publisher();
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

    /// Waits until every bystander has another object.
    void awaitMore() {
        for (Media each : media) {
            for (SubscriberPeer bystander : each.bystanders()) {
                long before = bystander.received();
                await().atMost(PATIENCE).until(() -> bystander.received() > before);
            }
        }
    }

    /// Ends the media; every bystander has every object, once, and the relay's books balance.
    ///
    /// @return objects published
    long endMedia() throws Exception {
        long objects = 0;
        for (Media each : media) {
            each.source().stop();
            PublishedTrack sent = each.publishing().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            for (SubscriberPeer bystander : each.bystanders()) {
                bystander.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
                assertHasAll(each.mode(), sent, bystander);
                bystander.close();
            }
            assertThat(each.publisher().violation()).isNull();
            each.publisher().close();
            objects += sent.objects().size();
        }
        media.clear();
        assertBooksBalance();
        return objects;
    }

    void assertBooksBalance() {
        Books.assertBalanced(control);
    }

    private void assertHasAll(DeliveryMode mode, PublishedTrack sent, SubscriberPeer bystander) throws Exception {
        ReceivedTrack received = bystander.finish();
        MissingObjects missing = MissingObjects.between(sent, received);
        if (mode == DeliveryMode.DATAGRAM) {
            missing.explain(SOCKET, topology.relay().call(SinkSockets::dropsByPort).getOrDefault(RelayProcess.PORT, 0L));
        }
        var unexplained = new TreeMap<>(missing.byReason());
        unexplained.remove(SOCKET);
        assertThat(unexplained)
                .as("what the bystander of %s misses, from %s, relay %s", mode, missing.locations(), statistics())
                .isEmpty();
        assertThat(received.objects().keySet()).as("objects that this publisher did not send")
                .isSubsetOf(sent.objects().stream().map(TransferredObject::location).collect(Collectors.toSet()));
        assertThat(received.duplicates()).isZero();
        assertThat(received.corrupt()).isZero();
        assertThat(received.streamsCutOff()).isZero();
        assertThat(bystander.violation()).isNull();
        assertThat(bystander.rejectedPackets()).isZero();
    }

    @Override
    public void close() {
        abandonMedia();
        publishers.shutdownNow();
        loop.close();
        relay.close();
        topology.close();
    }
}
