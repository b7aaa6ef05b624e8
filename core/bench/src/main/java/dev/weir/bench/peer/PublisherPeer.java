// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.MediaTimestamp;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.SourceObject;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.media.WallClock;
import dev.weir.spi.DeliveryMode;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import io.netty.handler.codec.quic.QuicConnectionStats;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/// A MoQT draft-18 publisher of one track, on quiche.
///
/// Use: [#connect], [#announce], wait for [#subscribed], [#publish], [#close]. Methods may be called on any thread but the
/// event loop's; [#publish] paces on the calling thread.
public final class PublisherPeer implements AutoCloseable {
    private static final long ALIAS = 1;
    private static final long MOST_PENDING_BYTES = 4L << 20;
    private static final long STALL_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long QUIET_LIMIT_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

    private final DeliveryMode mode;
    private final MoqtSession session;
    private final PublisherRequests requests;
    private final ObjectSender sender;
    private final AtomicLong pendingBytes = new AtomicLong();
    private final AtomicLong sentObjects = new AtomicLong();
    private final List<TransferredObject> objects = new ArrayList<>();
    private final Map<String, Long> failures = new TreeMap<>();

    private PublisherPeer(PeerLoop loop, PeerOptions options, FullTrackName track, DeliveryMode mode) {
        this.mode = mode;
        this.requests = new PublisherRequests(track, ALIAS);
        this.session = MoqtSession.connect(loop, options, requests);
        this.sender = mode == DeliveryMode.STREAM ? new StreamSender(session, ALIAS) : new DatagramSender(session, ALIAS);
    }

    /// Connects to the relay and exchanges SETUP. The socket belongs to the calling thread's network namespace.
    ///
    /// @param loop where it runs
    /// @param options how to connect
    /// @param track the track's name
    /// @param mode how its objects travel
    /// @return the connected publisher
    /// @throws BenchException if the relay cannot be reached or speaks something else
    public static PublisherPeer connect(PeerLoop loop, PeerOptions options, FullTrackName track, DeliveryMode mode) {
        return new PublisherPeer(loop, options, track, mode);
    }

    /// Tells the relay of the track and waits for its agreement.
    ///
    /// @param content what the objects will be
    /// @param offer with PUBLISH; else its namespace with PUBLISH_NAMESPACE, and the relay subscribes when somebody wants it
    /// @throws BenchException if the relay refuses
    public void announce(TrackContent content, boolean offer) {
        try {
            requests.announce(session, content.properties(), offer).get(10, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new BenchException("The relay does not take the track (" + e.getCause().getMessage()
                    + "); publish under another namespace, or end the other publisher.", e);
        } catch (TimeoutException e) {
            throw new BenchException("The relay did not answer within 10 s whether it takes the track; look at its log.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted while announcing the track.", e);
        }
    }

    /// @return completed when the relay wants objects for the first time; exceptionally when the session ends before
    public CompletableFuture<Void> subscribed() {
        return requests.subscribed();
    }

    /// @param content what the objects will be
    /// @return bytes of payload that fit one object: one datagram's worth, or no limit in STREAM mode
    public int largestPayload(TrackContent content) {
        if (mode == DeliveryMode.STREAM) {
            return Integer.MAX_VALUE;
        }
        boolean layered = content.codec() != null;
        int properties = layered || content == TrackContent.VIDEO_CHUNKS ? MediaTimestamp.encode(WallClock.micros()).length : 0;
        return DatagramSender.largestPayload(session.largestDatagram(), ALIAS, properties, layered);
    }

    /// Sends all objects of a source when they are due, then PUBLISH_DONE. While nobody wants them, time stands still.
    ///
    /// @param source the objects
    /// @return what was sent, when quiche has taken all of it
    /// @throws BenchException if the session ends, or the relay takes nothing for 10 s
    public PublishedTrack publish(ObjectSource source) {
        long start = System.nanoTime();
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            start += awaitForwarding();
            awaitTime(start + TimeUnit.MICROSECONDS.toNanos(object.dueMicros()));
            awaitPendingBelow(MOST_PENDING_BYTES);
            SourceObject next = object;
            // A guess that is set right when the payload is made; keeps a stalled connection from taking all memory.
            pendingBytes.incrementAndGet();
            session.execute(() -> send(next));
        }
        awaitPendingBelow(1);
        var result = new CompletableFuture<PublishedTrack>();
        session.execute(() -> {
            requests.done(sender.streams());
            result.complete(new PublishedTrack(objects, source.sha256(), failures, sender.streams(), source.frames(),
                    source.framesByGroup()));
        });
        return result.join();
    }

    /// @return objects sent so far
    public long sentObjects() {
        return sentObjects.get();
    }

    /// @return what the relay did against the rules, a sentence; null: nothing
    public @Nullable String violation() {
        return session.violation();
    }

    /// @return why the session is over, a clause; null: it is not
    public @Nullable String closed() {
        return requests.closedReason();
    }

    /// Waits until nothing is sent any more, because the relay has acknowledged everything, at most twenty seconds.
    public void awaitQuiet() {
        long deadline = System.nanoTime() + QUIET_LIMIT_NANOS;
        long before = -1;
        long sent = statistic(QuicConnectionStats::sent);
        while (sent != before && System.nanoTime() < deadline) {
            LockSupport.parkNanos(QUIET_NANOS);
            before = sent;
            sent = statistic(QuicConnectionStats::sent);
        }
    }

    /// @return packets that quiche's loss detection gave up, so far; a DATAGRAM in one is lost
    public long lostPackets() {
        return statistic(QuicConnectionStats::lost);
    }

    private long statistic(ToLongFunction<QuicConnectionStats> which) {
        var result = new CompletableFuture<Long>();
        session.execute(() -> {
            QuicConnectionStats stats = session.connection().collectStats().getNow();
            result.complete(stats == null ? 0 : which.applyAsLong(stats));
        });
        return result.join();
    }

    private void send(SourceObject object) {
        long now = WallClock.micros();
        byte[] payload = object.payload(now);
        Location location = object.location();
        pendingBytes.addAndGet(payload.length);
        var outgoing = new ObjectSender.Outgoing(
                location, object.layer(), object.endOfSubgroup(), object.endOfGroup(), object.properties(now), payload);
        sender.send(outgoing, new ObjectSender.Outcome() {
            @Override
            public void sent() {
                pendingBytes.addAndGet(-payload.length - 1L);
                objects.add(TransferredObject.of(location, payload));
                sentObjects.incrementAndGet();
            }

            @Override
            public void failed(String reason) {
                pendingBytes.addAndGet(-payload.length - 1L);
                failures.merge(reason, 1L, Long::sum);
            }
        });
    }

    /// @return nanoseconds spent waiting
    private long awaitForwarding() {
        if (requests.isForwarding()) {
            return 0;
        }
        long began = System.nanoTime();
        while (!requests.isForwarding()) {
            requireSession();
            LockSupport.parkNanos(POLL_NANOS);
        }
        return System.nanoTime() - began;
    }

    private static void awaitTime(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new BenchException("Interrupted while publishing.");
            }
        }
    }

    private void awaitPendingBelow(long bytes) {
        long progressAt = System.nanoTime();
        long before = pendingBytes.get();
        while (pendingBytes.get() >= bytes) {
            requireSession();
            LockSupport.parkNanos(POLL_NANOS);
            long now = pendingBytes.get();
            if (now != before) {
                before = now;
                progressAt = System.nanoTime();
            } else if (System.nanoTime() - progressAt > STALL_NANOS) {
                throw new BenchException("The relay has taken no media for 10 s; look at its log and at its flow control limits.");
            }
        }
    }

    private void requireSession() {
        String reason = requests.closedReason();
        if (reason != null) {
            throw new BenchException("The publisher's session ended (" + reason + "); look at the relay's log.");
        }
    }

    /// Says and hears nothing any more, like a host whose cable was cut. [#close] then closes the socket alone, which the relay
    /// notices no more than that a process was killed.
    public void fallSilent() {
        session.fallSilent();
    }

    /// @return this side's address and port
    public InetSocketAddress localAddress() {
        return session.localAddress();
    }

    /// Closes the connection.
    @Override
    public void close() {
        session.close();
    }
}
