// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SinkSockets;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.MissingObjects;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;

/// A track that is published until it is told to end, and one subscriber on each host, from the first object on. Its links can be made
/// unkind one by one: an impairment concerns the packets of one peer alone, by its port.
final class FaultTrack implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration LAST = Duration.ofSeconds(20);
    private static final int SIZE = 1000;

    final DeliveryMode mode;
    final Link publisherLink;
    /// One per subscriber, in the order of the hosts.
    final List<Link> links = new ArrayList<>();
    private final FaultBed bed;
    private final FullTrackName name;
    private final PeerLoop loop = new PeerLoop("fault-track");
    private final RunningSource source;
    private final PublisherPeer publisher;
    private final List<SubscriberPeer> subscribers = new ArrayList<>();
    private final CompletableFuture<PublishedTrack> publishing = new CompletableFuture<>();

    /// Begins to publish.
    ///
    /// @param about first part of the track's name
    /// @param rate objects per second
    FaultTrack(FaultBed bed, String about, DeliveryMode mode, int rate) throws Exception {
        this.bed = bed;
        this.mode = mode;
        this.name = FullTrackName.of(about + "/" + mode.name().toLowerCase(Locale.ROOT), "objects");
        this.source = new RunningSource(rate, SIZE, 0);
        Host host = bed.topology.publisher();
        publisher = host.namespace().call(() -> PublisherPeer.connect(loop, bed.options(host), name, mode));
        publisherLink = new Link(host, publisher.localAddress().getPort(), mode);
        publisher.announce(source.content(), false);
        for (Host each : bed.topology.subscribers()) {
            SubscriberPeer subscriber = connect(each);
            subscribers.add(subscriber);
            links.add(new Link(each, subscriber.localAddress().getPort(), mode));
            subscriber.subscribe();
        }
        Thread.ofPlatform().daemon().name("publish-" + mode).start(() -> publishing.completeAsync(() -> publisher.publish(source), Runnable::run));
    }

    private SubscriberPeer connect(Host host) throws Exception {
        var request = new SubscriberPeer.Request(name, null, new Location(0, 0), null, 0);
        return host.namespace().call(() -> SubscriberPeer.connect(loop, bed.options(host), request));
    }

    /// Waits until so many more objects are published.
    void awaitPublished(int more) {
        long enough = publisher.sentObjects() + more;
        await().atMost(PATIENCE).until(() -> publisher.sentObjects() >= enough);
    }

    /// Waits until a subscriber has got so many more objects.
    void awaitReceived(int subscriber, int more) {
        long enough = subscribers.get(subscriber).received() + more;
        await().atMost(PATIENCE).until(() -> subscribers.get(subscriber).received() >= enough);
    }

    /// What came of a track.
    ///
    /// @param sent by the publisher
    /// @param missing objects that did not come, per subscriber that was asked about
    /// @param where the first of them, for each
    /// @param rejected packets that these subscribers did not accept
    /// @param overflow packets that a socket on these subscribers' hosts or on the publisher's had no room for
    record Outcome(PublishedTrack sent, List<Long> missing, List<List<Location>> where, long rejected, long overflow) {
        long allMissing() {
            return missing.stream().mapToLong(Long::longValue).sum();
        }
    }

    /// Ends the track. Whatever comes is what was published, once, and a stream comes whole.
    ///
    /// @param known how many objects are known not to come, all subscribers together
    /// @param judged the subscribers to ask, by their number; the network does not keep them from hearing of the end
    Outcome end(LongSupplier known, int... judged) throws Exception {
        source.stop();
        PublishedTrack sent = publishing.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(sent.failures()).isEmpty();
        assertThat(publisher.violation()).isNull();
        List<SubscriberPeer> asked = IntStream.of(judged).mapToObj(subscribers::get).toList();
        for (SubscriberPeer each : asked) {
            each.ended().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        }
        long all = (long) sent.objects().size() * judged.length;
        awaitTheLast(() -> asked.stream().mapToLong(SubscriberPeer::received).sum() + known.getAsLong() >= all);
        var missing = new ArrayList<Long>();
        var where = new ArrayList<List<Location>>();
        long rejected = 0;
        long overflow = overflow(bed.topology.publisher());
        for (int number : judged) {
            rejected += subscribers.get(number).rejectedPackets();
            MissingObjects found = missing(sent, subscribers.get(number));
            missing.add(found.byReason().getOrDefault("unexplained", 0L));
            where.add(found.locations());
            overflow += overflow(bed.topology.subscribers().get(number));
        }
        return new Outcome(sent, missing, where, rejected, overflow);
    }

    /// A datagram may come later than the message that says that the track is over.
    private static void awaitTheLast(Callable<Boolean> allHere) {
        try {
            await().atMost(LAST).until(allHere);
        } catch (ConditionTimeoutException e) {
            // The caller's books tell more than that it took too long.
        }
    }

    private MissingObjects missing(PublishedTrack sent, SubscriberPeer subscriber) {
        ReceivedTrack received = subscriber.finish();
        String who = mode + " to " + subscriber.localAddress();
        MissingObjects missing = MissingObjects.between(sent, received);
        assertThat(subscriber.violation()).as(who).isNull();
        assertThat(received.duplicates()).as("%s: objects that came twice", who).isZero();
        assertThat(received.corrupt()).as("%s: objects with a wrong checksum", who).isZero();
        assertThat(missing.byReason().keySet()).as("%s: %s", who, missing.byReason()).isSubsetOf("unexplained");
        if (mode == DeliveryMode.STREAM) {
            assertThat(missing.byReason()).as("%s: objects that did not come, from %s", who, missing.locations()).isEmpty();
            assertThat(received.streamsFinished()).as(who).isEqualTo(sent.streams());
        }
        return missing;
    }

    private static long overflow(Host host) throws Exception {
        return host.namespace().call(() -> SinkSockets.dropsByPort().values().stream().mapToLong(Long::longValue).sum());
    }

    @Override
    public void close() {
        source.abandon();
        links.forEach(Link::close);
        publisherLink.close();
        subscribers.forEach(SubscriberPeer::close);
        publisher.close();
        loop.close();
    }
}
