// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.StreamResetCode;
import java.util.ArrayList;
import java.util.List;

/// How long the publishers' streams are kept, and how much of them: retransmissions, deferred frames and late subscribers are
/// served from what is kept.
///
/// Guarded by the engine's lock.
final class ObjectCache {
    /// A finished stream stays known this long after its last change, so that a late retransmission is still recognised.
    private static final long LINGER_NANOS = 1_000_000_000L;
    /// So long it waits for subscribers that allow no further stream; then it is of no use to them.
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    private final Relay relay;
    private final long most;
    private long bytes;

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

    /// Something kept has become larger.
    void grown(long by) {
        bytes += by;
    }

    /// Lets go of the bytes of a stream that is not wanted.
    void discard(UpstreamStream stream) {
        bytes -= stream.footprint();
        stream.discard();
    }

    /// Frees what nobody needs: streams that are old and settled, then, above the bound, the oldest whatever they are.
    void collect(long now) {
        for (Track track : relay.tracks().values()) {
            for (UpstreamStream stream : new ArrayList<>(track.streams)) {
                boolean over = stream.finalSize() >= 0 || stream.isReset();
                boolean settled = over && !track.isRecent(stream.group()) && isSettled(track, stream);
                long age = now - stream.lastChangeNanos;
                if (settled && age > LINGER_NANOS && (age > PATIENCE_NANOS || !isAwaited(track, stream))) {
                    evict(track, stream);
                }
            }
        }
        for (Track track : relay.tracks().values()) {
            for (UpstreamStream stream : List.copyOf(track.streams)) {
                if (bytes <= most) {
                    return;
                }
                evict(track, stream);
            }
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
                && subscription.streamOf(stream) == null
                && relay.streamDelivery().isWanted(subscription, stream);
    }

    private void evict(Track track, UpstreamStream stream) {
        for (Subscription subscription : track.subscriptions) {
            if (awaits(subscription, stream)) {
                relay.counters().increment("dropped.stream_limit");
            }
            subscription.rulings.remove(stream);
            LaneStream copy = subscription.streams.remove(stream);
            if (copy == null) {
                continue;
            }
            if (!copy.isSettled()) {
                relay.counters().increment("dropped.cache_evicted");
                relay.laneStreams().reset(copy, StreamResetCode.TOO_FAR_BEHIND.code());
            }
            subscription.session.queue.remove(copy);
        }
        track.streams.remove(stream);
        boolean over = stream.finalSize() >= 0 || stream.isReset();
        if (over || stream.publisher.closed) {
            forget(stream);
        } else {
            // What still comes of it must not be taken for a new stream: it stays known, here and in the kernel.
            stream.reset();
            discard(stream);
        }
    }

    private void forget(UpstreamStream stream) {
        DataPlane plane = relay.dataPlane();
        Session publisher = stream.publisher;
        if (plane != null && publisher.publisherIndex != DataPlane.NONE) {
            plane.forgetStream(publisher.publisherIndex, publisher.publisherGeneration, stream.id);
        }
        bytes -= stream.footprint();
        publisher.upstream.remove(stream.id);
    }

    /// Kernel entries go with the publisher; the cached bytes stay for subscribers that are still catching up.
    void forgetEntries(UpstreamStream stream) {
        DataPlane plane = relay.dataPlane();
        if (plane != null && stream.publisher.publisherIndex != DataPlane.NONE) {
            plane.forgetStream(stream.publisher.publisherIndex, stream.publisher.publisherGeneration, stream.id);
        }
        if (stream.track == null) {
            bytes -= stream.footprint();
            stream.publisher.upstream.remove(stream.id);
            return;
        }
        for (Subscription subscription : stream.track.subscriptions) {
            LaneStream copy = subscription.streamOf(stream);
            if (copy != null) {
                relay.laneStreams().forgetInKernel(copy);
            }
        }
    }

    /// Frees all that is cached of a track nobody subscribes to any more.
    void dropTrack(Track track) {
        for (UpstreamStream stream : List.copyOf(track.streams)) {
            evict(track, stream);
        }
    }
}
