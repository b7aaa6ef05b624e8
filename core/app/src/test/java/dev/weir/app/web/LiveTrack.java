// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.awaitility.Awaitility.await;

import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.SourceObject;
import dev.weir.bench.media.SyntheticSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.peer.ArrivalListener;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.peer.Trust;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.Topology;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/// A publisher and subscribers of one track, whose objects flow until they are told to stop.
final class LiveTrack implements AutoCloseable {
    static final int PORT = 4433;
    private static final int LONGEST_SECONDS = 3600;

    private final PeerLoop loop = new PeerLoop("peers");
    private final AtomicBoolean paused = new AtomicBoolean();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final List<SubscriberPeer> subscribers = new ArrayList<>();
    private final PublisherPeer publisher;
    private final CompletableFuture<?> publishing;

    private LiveTrack(
            Topology topology, FullTrackName track, DeliveryMode mode, int lanes, int rate, int size, Trust trust,
            @Nullable ArrivalListener arrivals, @Nullable Path keyLog) throws Exception {
        Host host = topology.publisher();
        publisher = host.namespace().call(() -> PublisherPeer.connect(loop, options(host, trust).withKeyLog(keyLog), track, mode));
        var source = new Stoppable(new SyntheticSource(rate, size, LONGEST_SECONDS), paused, stopped);
        publisher.announce(source.content(), false);
        for (int i = 0; i < lanes; i++) {
            Host at = topology.subscribers().get(i % topology.subscribers().size());
            var request = new SubscriberPeer.Request(track, null, null, null, 0, arrivals);
            SubscriberPeer peer = at.namespace().call(() -> SubscriberPeer.connect(loop, options(at, trust).withKeyLog(keyLog), request));
            subscribers.add(peer);
            peer.subscribe();
        }
        publisher.subscribed().get(30, TimeUnit.SECONDS);
        publishing = CompletableFuture.runAsync(() -> publisher.publish(source), task -> Thread.ofPlatform().daemon().name("publisher").start(task));
        await().atMost(Duration.ofSeconds(30)).until(() -> subscribers.stream().allMatch(each -> each.received() > 0));
    }

    /// Starts it, and waits until every subscriber has got something.
    static LiveTrack start(Topology topology, FullTrackName track, DeliveryMode mode, int lanes, int rate, int size, Trust trust)
            throws Exception {
        return start(topology, track, mode, lanes, rate, size, trust, null, null);
    }

    /// @param arrivals hears of every object that any subscriber gets
    /// @param keyLog file for the TLS secrets of all of them
    static LiveTrack start(
            Topology topology, FullTrackName track, DeliveryMode mode, int lanes, int rate, int size, Trust trust,
            @Nullable ArrivalListener arrivals, @Nullable Path keyLog) throws Exception {
        return new LiveTrack(topology, track, mode, lanes, rate, size, trust, arrivals, keyLog);
    }

    private static PeerOptions options(Host host, Trust trust) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), PORT), trust);
    }

    long published() {
        return publisher.sentObjects();
    }

    List<SubscriberPeer> subscribers() {
        return subscribers;
    }

    /// Publishes no more, without saying so: the track stays.
    void pause() {
        paused.set(true);
    }

    /// Ends the track, and waits until everything is sent.
    void end() throws Exception {
        stopped.countDown();
        publishing.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void close() {
        stopped.countDown();
        subscribers.forEach(SubscriberPeer::close);
        publisher.close();
        loop.close();
    }

    private record Stoppable(ObjectSource source, AtomicBoolean paused, CountDownLatch stopped) implements ObjectSource {
        @Override
        public TrackContent content() {
            return source.content();
        }

        @Override
        public SourceObject next() {
            if (paused.get()) {
                try {
                    stopped.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
            return stopped.getCount() == 0 ? null : source.next();
        }

        @Override
        public byte[] sha256() {
            return source.sha256();
        }

        @Override
        public void close() {
            source.close();
        }
    }
}
