// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.AuditView.Sum;
import java.util.LinkedHashMap;
import java.util.Map;

/// What one subscription was to get of its track, and how far that has come, for the audit (DESIGN rule 8): the track counts what there
/// is, and those who serve it what they do about it. Who is forgotten on the way from one to the other shows.
///
/// Guarded by the engine's lock.
final class SubscriptionDue {
    private final Subscription subscription;
    private final Track track;
    private long datagramsBefore;
    private long streamsBefore;

    /// DATAGRAM objects that came while it was active, and who saw to them: the kernel, sending or dropping; user space.
    private long datagramsByKernel;
    private long datagramsOffered;
    private long datagramsNotWanted;
    /// Streams that are cached no longer, of which it never had a copy.
    private long streamsDropped;
    private long streamsPassed;
    /// Streams that the kernel has begun and that never came to user space.
    private long streamsNeverCame;

    SubscriptionDue(Subscription subscription, Track track) {
        this.subscription = subscription;
        this.track = track;
    }

    /// Objects may flow: what comes from now on is due, and the streams that are cached.
    void begin() {
        datagramsBefore = track.receivedDatagrams;
        streamsBefore = track.streamsAttached - track.streams.size();
    }

    /// The kernel has sent or dropped an object that came to user space too.
    void byKernel() {
        datagramsByKernel++;
    }

    /// User space has looked at an object that the kernel did not see to.
    void looked(boolean isWanted) {
        if (isWanted) {
            datagramsOffered++;
        } else {
            datagramsNotWanted++;
        }
    }

    /// A stream is cached no longer.
    ///
    /// @param hasCopy whether the subscriber's copy had begun
    /// @param isAwaited whether it would have if the subscriber had allowed another stream
    void letGo(UpstreamStream stream, boolean hasCopy, boolean isAwaited) {
        if (stream.track == null) {
            streamsNeverCame += hasCopy ? 1 : 0;
        } else if (subscription.active && !hasCopy) {
            streamsDropped += isAwaited ? 1 : 0;
            streamsPassed += isAwaited ? 0 : 1;
        }
    }

    /// Where the datagrams went.
    Sum datagrams() {
        var parts = new LinkedHashMap<String, Long>();
        parts.put("sent or dropped by the kernel", datagramsByKernel);
        parts.put("left to user space", datagramsOffered);
        parts.put("not wanted", datagramsNotWanted);
        return sum("datagrams due", subscription.active ? track.receivedDatagrams - datagramsBefore : 0, parts);
    }

    /// Where the streams went. One that nothing keeps from being begun, and that is not, has no part.
    Sum streams() {
        if (!subscription.active) {
            return sum("streams due", 0, Map.of());
        }
        long waiting = 0;
        long undecided = 0;
        long notWanted = streamsPassed;
        for (UpstreamStream stream : track.streams) {
            if (subscription.streamOf(stream) != null) {
                continue;
            }
            Boolean ruled = subscription.policy.isPassAll() ? Boolean.TRUE : subscription.rulings.get(stream);
            if (!StreamDelivery.isInRange(subscription, stream) || Boolean.FALSE.equals(ruled)) {
                notWanted++;
            } else if (ruled == null) {
                undecided++;
            } else if (subscription.blocked.contains(stream) || subscription.done) {
                waiting++;
            }
        }
        var parts = new LinkedHashMap<String, Long>();
        parts.put("begun", begun());
        parts.put("not wanted", notWanted);
        parts.put("the policy is still to be asked", undecided);
        parts.put(subscription.done ? "the subscription ended before" : "waiting for MAX_STREAMS", waiting);
        parts.put("dropped: stream limit", streamsDropped);
        return sum("streams due", track.streamsAttached - streamsBefore, parts);
    }

    private Sum sum(String name, long total, Map<String, Long> parts) {
        return Sum.of(subscription.session.slot, "", name, total, parts);
    }

    /// Without those that the kernel has begun and that are still to come to user space, or never do.
    private long begun() {
        long ahead = subscription.streams.keySet().stream().filter(stream -> stream.track == null).count();
        return subscription.streamsOpened - ahead - streamsNeverCame;
    }
}
