// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.bench.peer.Trust;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One track of a soak: its publisher, which is replaced now and then, and the residents, who are subscribed from the
/// first object to the last.
final class SoakTrack implements AutoCloseable {
    private static final int SIZE = 600;
    private static final int END_SECONDS = 30;

    private final Topology topology;
    private final Trust trust;
    private final PeerLoop loop;
    private final DeliveryMode mode;
    private final int rate;
    private final List<SubscriberPeer> residents = new ArrayList<>();
    private final List<TransferredObject> published = new ArrayList<>();
    private PublisherPeer publisher;
    private RunningSource source;
    private CompletableFuture<PublishedTrack> publishing;

    SoakTrack(Topology topology, Trust trust, PeerLoop loop, DeliveryMode mode, SoakOptions options) {
        this.topology = topology;
        this.trust = trust;
        this.loop = loop;
        this.mode = mode;
        this.rate = options.rate();
        this.source = new RunningSource(rate, SIZE, 0);
        this.publisher = connectPublisher();
        publisher.announce(source.content(), false);
        for (int i = 0; i < options.subscribers(); i++) {
            SubscriberPeer resident = connect(i, new Location(0, 0));
            residents.add(resident);
            resident.subscribe();
        }
        this.publishing = publish();
    }

    private PublisherPeer connectPublisher() {
        Host host = topology.publisher();
        return Subscribers.inside(host, () -> PublisherPeer.connect(loop, options(host), name(), mode));
    }

    private PeerOptions options(Host host) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), trust);
    }

    private FullTrackName name() {
        return FullTrackName.of("soak/" + mode.name().toLowerCase(Locale.ROOT), "objects");
    }

    private CompletableFuture<PublishedTrack> publish() {
        PublisherPeer peer = publisher;
        RunningSource objects = source;
        var result = new CompletableFuture<PublishedTrack>();
        Thread.ofPlatform().daemon().name("publish-" + mode).start(() -> {
            try {
                result.complete(peer.publish(objects));
            } catch (RuntimeException e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    /// Connects a subscriber.
    ///
    /// @param number decides on which host
    SubscriberPeer connect(int number, Location start) {
        List<Host> hosts = topology.subscribers();
        Host host = hosts.get(number % hosts.size());
        var request = new SubscriberPeer.Request(name(), null, start, null, 0);
        return Subscribers.inside(host, () -> SubscriberPeer.connect(loop, options(host), request));
    }

    /// The publisher leaves between two objects, when the relay has acknowledged all before, and another one goes on.
    ///
    /// @param killed without a word, else with CONNECTION_CLOSE; never with PUBLISH_DONE
    void replacePublisher(boolean killed) {
        source.pause();
        publisher.awaitQuiet();
        if (killed) {
            publisher.fallSilent();
        } else {
            publisher.close();
        }
        source.abandon();
        long next = source.nextGroup();
        published.addAll(await(publishing).objects());
        publisher.close();
        source = new RunningSource(rate, SIZE, next);
        publisher = connectPublisher();
        publisher.announce(source.content(), false);
        publishing = publish();
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchException known ? known : new BenchException("Publishing failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new BenchException("The publisher did not come to its end within " + END_SECONDS + " s; the relay takes nothing.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while publishing.", e);
        }
    }

    /// Objects published so far.
    long sent() {
        return published.size() + publisher.sentObjects();
    }

    /// The fewest objects that a resident has.
    long fewestReceived() {
        return residents.stream().mapToLong(SubscriberPeer::received).min().orElse(0);
    }

    /// Ends the track and enters what came of it into the ledger.
    void finish(SoakLedger ledger) {
        source.stop();
        PublishedTrack last = await(publishing);
        published.addAll(last.objects());
        var all = new PublishedTrack(published, last.sha256(), last.failures(), last.streams(), Map.of(), Map.of());
        ledger.publisher(mode, publisher, all);
        for (SubscriberPeer resident : residents) {
            try {
                resident.ended().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                ledger.notEnded(mode, resident.localAddress());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            long rejected = resident.rejectedPackets();
            ReceivedTrack received = resident.finish();
            ledger.resident(mode, resident, all, received, rejected);
            resident.close();
        }
        residents.clear();
        publisher.close();
    }

    @Override
    public void close() {
        residents.forEach(SubscriberPeer::close);
        publisher.close();
        source.abandon();
    }
}
