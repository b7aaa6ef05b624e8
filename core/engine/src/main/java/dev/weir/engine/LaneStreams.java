// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.DataPlane.LaneStreamEntry;
import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.wire.moqt.StreamResetCode;
import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/// Subscribers' copies of streams, from their first byte to their last acknowledgement: who makes them, the kernel or user space, and how they end.
final class LaneStreams {
    private final Relay relay;
    private final AbandonedStreams abandoned;

    LaneStreams(Relay relay) {
        this.relay = relay;
        this.abandoned = new AbandonedStreams(relay);
    }

    /// A subscriber's copy begins.
    static void register(LaneStream copy) {
        copy.subscription.rulings.remove(copy.upstream);
        copy.subscription.blocked.remove(copy.upstream);
        copy.subscription.streams.put(copy.upstream, copy);
        copy.subscription.streamsOpened++;
        copy.subscription.session.account.streamsOpened++;
        copy.subscription.session.queue.add(copy);
    }

    /// Lets the kernel forward what arrives from now on.
    void handOver(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        Track track = copy.upstream.track;
        if (plane == null
                || track == null
                || track.index == DataPlane.NONE
                || !copy.subscription.session.laneLive
                || copy.isReset()
                || copy.isFinSent()
                || copy.upstream.publisher.closed) {
            return;
        }
        copy.kernelCharged = copy.charged;
        copy.followed = plane.handOver(entry(copy));
    }

    /// The peer has raised its limit for a stream.
    void handOverLimit(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        if (plane != null && copy.followed) {
            plane.laneStreamLimit(entry(copy));
        }
    }

    private static LaneStreamEntry entry(LaneStream copy) {
        return new LaneStreamEntry(
                copy.subscription.session.slot,
                copy.upstream.publisher.publisherIndex,
                copy.upstream.id,
                copy.id,
                copy.limit,
                copy.charged,
                copy.shift);
    }

    /// The kernel has opened a subscriber's copy.
    LaneStream openedByKernel(@Nullable Subscription subscription, UpstreamStream stream, long id) {
        if (subscription == null) {
            throw new IllegalStateException("lane stream without a subscription");
        }
        var copy = new LaneStream(subscription, stream, id, subscription.session.endpoint().initialStreamDataLimit());
        copy.followed = true;
        register(copy);
        if (stream.length() > 0) {
            copy.available(0, stream.length());
        }
        if (stream.finalSize() >= 0) {
            copy.ended();
        }
        return copy;
    }

    /// The kernel opened a stream that nobody wants any more, or that user space had opened too: it is reset.
    void abandonKernelStream(
            Session publisher,
            Session subscriber,
            UpstreamStream stream,
            @Nullable LaneStream kept,
            long id,
            int sentBytes) {
        relay.counters().increment("streams.abandoned");
        DataPlane plane = relay.dataPlane();
        if (plane != null) {
            plane.forgetLaneStream(subscriber.slot, publisher.publisherIndex, stream.id);
        }
        if (kept == null) {
            abandoned.add(subscriber, stream, id, null, sentBytes, StreamResetCode.CANCELLED.code());
        } else {
            subscriber.endpoint().sendReset(id, StreamResetCode.CANCELLED.code(), sentBytes);
            handOver(kept);
        }
    }

    /// Resets a subscriber's stream with its real final size, which may be known only when the kernel's last copies are.
    void reset(LaneStream copy, long errorCode) {
        if (copy.isReset() || copy.isSettled()) {
            return;
        }
        boolean inKernel = copy.followed;
        forgetInKernel(copy);
        markReset(copy, errorCode);
        if (inKernel) {
            abandoned.add(copy.subscription.session, copy.upstream, copy.id, copy, copy.highestSent(), errorCode);
        } else {
            copy.subscription.session.endpoint().sendReset(copy.id, errorCode, copy.highestSent());
        }
    }

    private void markReset(LaneStream copy, long errorCode) {
        copy.markReset();
        copy.subscription.session.account.streamsReset++;
        copy.subscription.refused(copy.upstream, Obstacle.RESET, RulingMemory.resetReason(errorCode), relay.now());
    }

    AbandonedStreams abandoned() {
        return abandoned;
    }

    /// Ends the kernel's part in a stream; what it sent until now may still be unread.
    void forgetInKernel(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        if (plane != null && copy.followed) {
            plane.forgetLaneStream(
                    copy.subscription.session.slot, copy.upstream.publisher.publisherIndex, copy.upstream.id);
            copy.followed = false;
        }
    }

    /// A lane stream is acknowledged to its end.
    void settled(LaneStream copy) {
        forgetInKernel(copy);
        if (!copy.isReset()) {
            copy.subscription.session.account.streamsDelivered++;
        }
        copy.subscription.session.queue.remove(copy);
    }

    /// Removes a subscription's streams; those still open are reset if the connection lives.
    void subscriptionEnded(Subscription subscription) {
        for (LaneStream copy : new ArrayList<>(subscription.streams.values())) {
            if (subscription.session.isEstablished()) {
                reset(copy, StreamResetCode.CANCELLED.code());
            } else if (!copy.isSettled()) {
                subscription.session.account.streamsCutOff++;
            }
            forgetInKernel(copy);
            subscription.session.queue.remove(copy);
        }
        subscription.streams.clear();
        subscription.rulings.clear();
        subscription.blocked.clear();
        relay.policies().unbind(subscription);
    }
}
