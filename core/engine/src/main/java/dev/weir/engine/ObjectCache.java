// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirLimit;
import dev.weir.wire.moqt.StreamResetCode;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/// How long the publishers' streams are kept, and how much of them: retransmissions, deferred frames and late subscribers are
/// served from what is kept.
///
/// Guarded by the engine's lock.
final class ObjectCache {
    /// A finished stream stays known this long after its last change, so that a late retransmission is still recognised.
    private static final long LINGER_NANOS = 1_000_000_000L;
    /// So long it waits for subscribers that allow no further stream; then it is of no use to them.
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    /// Streams of the groups that a new subscriber may begin with are kept whoever has them; of one track no more than these.
    private static final int RECENT_STREAMS = 1024;
    /// Bytes kept of one publisher's streams whose track is not known, or not yet.
    private static final long MOST_WAITING_BYTES = 1 << 20;
    /// So long they wait.
    private static final long WAITING_NANOS = 10_000_000_000L;
    /// Streams known of all publishers together: as many as fit the kernel's map, and some room for those that it opens meanwhile.
    private static final int MOST_STREAMS = WeirLimit.STREAMS / 4 * 3;
    /// In this time each finished stream is looked at once.
    private static final long TURN_NANOS = 500_000_000L;

    private final Relay relay;
    private final long most;
    /// Publishers of which a stream is known, connected or not.
    private final Set<PublisherStreams> holders = new LinkedHashSet<>();
    private long bytes;
    private int streams;
    private long looks;
    private long lookedNanos;

    /// @param most bytes that are kept of all tracks together
    ObjectCache(Relay relay, long most) {
        this.relay = relay;
        this.most = most;
    }

    /// Bytes kept now.
    long bytes() {
        return bytes;
    }

    /// Most that is kept.
    long limit() {
        return most;
    }

    /// How often a stream was looked at because it may have become needless.
    long looks() {
        return looks;
    }

    /// A publisher's stream has become known.
    void add(UpstreamStream stream) {
        PublisherStreams holder = stream.publisher.upstream;
        holders.add(holder);
        holder.add(stream);
        streams++;
        bytes += stream.footprint();
    }

    /// Something kept has become larger.
    void grown(UpstreamStream stream, long by) {
        bytes += by;
        stream.publisher.upstream.grown(stream, by);
    }

    /// Frees what nobody needs: streams that are old and settled, then, above the bounds, the oldest of whoever has most.
    void collect(long now) {
        for (PublisherStreams holder : List.copyOf(holders)) {
            dropWaiting(holder, now);
            forgetPast(holder, now);
            lookAtFinished(holder, now);
        }
        lookedNanos = now;
        makeRoom(now);
    }

    private void dropWaiting(PublisherStreams holder, long now) {
        while (!holder.waiting().isEmpty()) {
            UpstreamStream oldest = holder.waiting().getFirst();
            if (holder.waitingBytes() <= MOST_WAITING_BYTES && now - oldest.createdNanos < WAITING_NANOS) {
                return;
            }
            dropWaiting(oldest);
        }
    }

    /// More is kept of a publisher's streams that wait for their alias than may be: the oldest go.
    void boundWaiting(Session publisher) {
        while (publisher.upstream.waitingBytes() > MOST_WAITING_BYTES) {
            dropWaiting(publisher.upstream.waiting().getFirst());
        }
    }

    private void dropWaiting(UpstreamStream stream) {
        relay.counters().increment("dropped.unknown_alias");
        letGoWaiting(stream);
    }

    /// Nothing is to be had any more of a stream that waits for its track.
    void letGoWaiting(UpstreamStream stream) {
        for (Track track : stream.publisher.tracksByAlias.values()) {
            dropCopies(track, stream); // the kernel may have opened some, of a stream that never came up to here
        }
        letGo(stream);
    }

    private void forgetPast(PublisherStreams holder, long now) {
        while (!holder.past().isEmpty() && now - holder.past().getFirst().lastChangeNanos > LINGER_NANOS) {
            forget(holder.past().removeFirst());
        }
    }

    private void lookAtFinished(PublisherStreams holder, long now) {
        double turn = Math.min(1, (double) (now - lookedNanos) / TURN_NANOS);
        int due = (int) Math.ceil(holder.finished().size() * turn);
        for (; due > 0; due--) {
            UpstreamStream stream = holder.finished().removeFirst();
            looks++;
            if (isNeedless(stream, now)) {
                evict(stream);
                forgetAtOnce(stream);
            } else {
                holder.finished().addLast(stream);
            }
        }
    }

    private boolean isNeedless(UpstreamStream stream, long now) {
        Track track = stream.requireTrack();
        long age = now - stream.lastChangeNanos;
        return age > LINGER_NANOS
                && !(track.isRecent(stream.group()) && track.streams.size() <= RECENT_STREAMS)
                && isSettled(track, stream)
                && (age > PATIENCE_NANOS || !isAwaited(track, stream));
    }

    /// Above a bound goes what the publisher has had longest that has most: nobody loses anything for another who keeps more.
    private void makeRoom(long now) {
        while (bytes > most) {
            PublisherStreams largest = Collections.max(holders, Comparator.comparingLong(PublisherStreams::bytes));
            if (largest.kept().isEmpty()) {
                return;
            }
            pushOut(largest.kept().getFirst(), now);
        }
        for (int excess = streams - MOST_STREAMS; excess > 0; excess--) {
            PublisherStreams largest = Collections.max(holders, Comparator.comparingInt(PublisherStreams::size));
            UpstreamStream past = largest.past().peekFirst();
            if (past != null && past.lastChangeNanos != now) {
                forget(largest.past().removeFirst());
            } else if (!largest.finished().isEmpty()) {
                pushOut(largest.finished().getFirst(), now); // and forgotten later: the kernel may just be sending on its copies
            } else {
                return; // those that have not ended are as few as its peer's MAX_STREAMS allows
            }
        }
    }

    private void pushOut(UpstreamStream stream, long now) {
        stream.lastChangeNanos = now;
        if (stream.track == null) {
            dropWaiting(stream);
        } else {
            evict(stream);
        }
    }

    private static boolean isSettled(Track track, UpstreamStream stream) {
        for (Subscription subscription : track.subscriptions) {
            LaneStream copy = subscription.streamOf(stream);
            if (copy != null && !copy.isSettled()) {
                return false;
            }
        }
        return true;
    }

    private boolean isAwaited(Track track, UpstreamStream stream) {
        return track.subscriptions.stream().anyMatch(subscription -> awaits(subscription, stream));
    }

    /// Whether a subscription has no copy of the stream, and only because its peer's MAX_STREAMS allows none.
    private boolean awaits(Subscription subscription, UpstreamStream stream) {
        return subscription.active
                && !subscription.done
                && subscription.blocked.contains(stream)
                && relay.streamDelivery().isWanted(subscription, stream);
    }

    private void evict(UpstreamStream stream) {
        Track track = stream.requireTrack();
        dropCopies(track, stream);
        track.streams.remove(stream);
        letGo(stream);
    }

    private void dropCopies(Track track, UpstreamStream stream) {
        for (Subscription subscription : track.subscriptions) {
            boolean isAwaited = awaits(subscription, stream);
            if (isAwaited) {
                relay.counters().increment("dropped.stream_limit");
            }
            subscription.blocked.remove(stream);
            subscription.rulings.remove(stream);
            LaneStream copy = subscription.streams.remove(stream);
            subscription.due.letGo(stream, copy != null, isAwaited);
            if (copy == null) {
                continue;
            }
            if (!copy.isSettled()) {
                relay.counters().increment("dropped.cache_evicted");
                relay.laneStreams().reset(copy, StreamResetCode.TOO_FAR_BEHIND.code());
            }
            subscription.session.queue.remove(copy);
        }
    }

    /// Frees the bytes of a stream. What still comes of it must not be taken for a new stream: it stays known, here and in the
    /// kernel, until some time after its end.
    private void letGo(UpstreamStream stream) {
        bytes -= stream.footprint();
        stream.publisher.upstream.letGo(stream);
        stream.letGo();
        if (stream.publisher.closed) {
            forget(stream);
        } else if (stream.isOver()) {
            stream.publisher.upstream.past(stream);
        }
    }

    /// The publisher has ended a stream.
    void over(UpstreamStream stream, long now) {
        stream.lastChangeNanos = now;
        if (stream.isLetGo()) {
            stream.publisher.upstream.past(stream);
        } else if (stream.track != null) {
            stream.publisher.upstream.finished(stream);
        }
    }

    /// Repetitions of it are not to be feared any more.
    private void forgetAtOnce(UpstreamStream stream) {
        stream.publisher.upstream.past().removeLastOccurrence(stream);
        forget(stream);
    }

    private void forget(UpstreamStream stream) {
        PublisherStreams holder = stream.publisher.upstream;
        if (!holder.forget(stream)) {
            return;
        }
        streams--;
        if (holder.size() == 0) {
            holders.remove(holder);
        }
        forgetInKernel(stream);
    }

    private void forgetInKernel(UpstreamStream stream) {
        DataPlane plane = relay.dataPlane();
        Session publisher = stream.publisher;
        if (plane != null && publisher.publisherIndex != DataPlane.NONE) {
            plane.forgetStream(publisher.publisherIndex, publisher.publisherGeneration, stream.id);
        }
    }

    /// Kernel entries go with the publisher; the cached bytes stay for subscribers that are still catching up.
    void forgetEntries(UpstreamStream stream) {
        forgetInKernel(stream);
        if (stream.isLetGo()) {
            forgetAtOnce(stream);
        } else if (stream.track == null) {
            letGo(stream);
            forgetAtOnce(stream);
        } else {
            for (Subscription subscription : stream.track.subscriptions) {
                LaneStream copy = subscription.streamOf(stream);
                if (copy != null) {
                    relay.laneStreams().forgetInKernel(copy);
                }
            }
        }
    }

    /// Frees all that is cached of a track nobody subscribes to any more.
    void dropTrack(Track track) {
        for (UpstreamStream stream : List.copyOf(track.streams)) {
            evict(stream);
        }
    }
}
