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
import dev.weir.testkit.impair.ImpairmentCounts;
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
    /// Two do not fit into one packet, so that each that is lost is one object.
    private static final int SIZE = 1000;
    private static final int END_SECONDS = 30;

    private final SoakNetwork network;
    private final Trust trust;
    private final PeerLoop loop;
    private final DeliveryMode mode;
    private final int rate;
    private final SoakLink publisherLink;
    private final List<Resident> residents = new ArrayList<>();
    private final List<TransferredObject> published = new ArrayList<>();
    private PublisherPeer publisher;
    private RunningSource source;
    private CompletableFuture<PublishedTrack> publishing;
    private PublishedTrack all = new PublishedTrack(List.of(), new byte[0], Map.of(), 0, Map.of(), Map.of());

    private record Resident(SubscriberPeer peer, SoakLink link) {
        /// DATAGRAM objects that are known not to come.
        ///
        /// @param beforeTheRelay those that did not reach it
        /// @param dropped by the relay, by address
        long known(long beforeTheRelay, Map<String, Long> dropped) {
            return beforeTheRelay + link.spoilt() + dropped.getOrDefault(link.seenByRelay(), 0L);
        }
    }

    SoakTrack(SoakNetwork network, FanOutRun.Bed bed, PeerLoop loop, DeliveryMode mode, SoakOptions options) {
        this.network = network;
        this.trust = bed.trust();
        this.loop = loop;
        this.mode = mode;
        this.rate = options.rate();
        this.source = new RunningSource(rate, SIZE, 0);
        this.publisherLink = network.publisher(mode);
        this.publisher = connectPublisher();
        publisher.announce(source.content(), false);
        for (int i = 0; i < options.subscribers(); i++) {
            SoakLink link = network.resident(mode, i);
            SubscriberPeer peer = connect(link.host(), PeerOptions.of(link.relay(), trust), new Location(0, 0));
            link.carry(peer.localAddress());
            residents.add(new Resident(peer, link));
            peer.subscribe();
        }
        this.publishing = publish();
    }

    private PublisherPeer connectPublisher() {
        PeerOptions options = PeerOptions.of(publisherLink.relay(), trust);
        PublisherPeer peer = Subscribers.inside(publisherLink.host(), () -> PublisherPeer.connect(loop, options, name(), mode));
        publisherLink.carry(peer.localAddress());
        return peer;
    }

    FullTrackName name() {
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

    /// Connects a subscriber that does not stay.
    SubscriberPeer connectVisitor() {
        Host host = network.visitorHost();
        return connect(host, PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), trust), new Location(0, 0));
    }

    private SubscriberPeer connect(Host host, PeerOptions options, Location start) {
        var request = new SubscriberPeer.Request(name(), null, start, null, 0);
        return Subscribers.inside(host, () -> SubscriberPeer.connect(loop, options, request));
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
        return residents.stream().mapToLong(each -> each.peer().received()).min().orElse(0);
    }

    /// Ends the track, and waits until every resident knows.
    void awaitEnd(SoakLedger ledger) {
        source.stop();
        PublishedTrack last = await(publishing);
        published.addAll(last.objects());
        all = new PublishedTrack(published, last.sha256(), last.failures(), last.streams(), Map.of(), Map.of());
        ledger.publisher(mode, publisher, all);
        for (Resident resident : residents) {
            try {
                resident.peer().ended().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                ledger.notEnded(mode, resident.peer().localAddress());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /// DATAGRAM objects that publishers still held when they were replaced: no packet with them was ever on their link. While nothing is
    /// acknowledged, what a publisher has sent for its own part waits in its QUIC stack.
    private long held() {
        return mode == DeliveryMode.STREAM ? 0 : Math.max(0, all.objects().size() - publisherLink.count(ImpairmentCounts::seen));
    }

    private long beforeTheRelay() {
        return held() + publisherLink.spoilt();
    }

    /// Whether nothing more is to come of DATAGRAMs: what residents do not have is known not to come.
    ///
    /// @param dropped by the relay, by address
    boolean isComplete(Map<String, Long> dropped) {
        long before = beforeTheRelay();
        return residents.stream().allMatch(resident ->
                resident.peer().received() + resident.known(before, dropped) >= all.objects().size());
    }

    /// Enters what came of the track into the ledger.
    ///
    /// @param audit what the relay's books say of each
    /// @param overflow packets for which the relay's or the publisher's socket had no room
    void finish(SoakLedger ledger, RelayBooks.Audit audit, long overflow) {
        ledger.fact("objects that publishers took along", held());
        for (Resident resident : residents) {
            long rejected = resident.peer().rejectedPackets();
            long noRoom = overflow + Subscribers.inside(resident.link().host(), SoakLife::dropsOfAll);
            ReceivedTrack received = resident.peer().finish();
            ledger.resident(mode, resident.peer(), all, received, rejected);
            if (mode == DeliveryMode.DATAGRAM) {
                String address = resident.link().seenByRelay();
                ledger.datagrams(address, (long) all.objects().size() - received.objects().size(),
                        resident.known(beforeTheRelay(), audit.dropped()), noRoom,
                        "%d did not reach the relay; of the rest it says: %s; %s, %d were rejected".formatted(
                                beforeTheRelay(), audit.datagrams().get(address), resident.link().journey(), rejected));
            }
            resident.peer().close();
        }
        residents.clear();
        publisher.close();
    }

    /// The relay was killed: what came until then is entered into the ledger.
    void cutShort(SoakLedger ledger) {
        for (Resident resident : residents) {
            ledger.cutShort(mode, resident.peer(), resident.peer().finish());
        }
        close();
    }

    @Override
    public void close() {
        residents.forEach(resident -> resident.peer().close());
        residents.clear();
        publisher.close();
        source.abandon();
    }
}
