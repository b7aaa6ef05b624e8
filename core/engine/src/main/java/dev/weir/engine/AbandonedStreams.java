// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.DataPlane.Runs;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Streams of subscribers that are to be reset and that the kernel may just be sending on. They are reset with the size that was
/// really sent (RFC 9000 section 4.5), and that is known only when every program run that found the stream has ended and its record is read:
/// until then they are kept here, so that nobody has to wait with the engine's lock in hand.
///
/// Guarded by the engine's lock.
final class AbandonedStreams {
    private record Key(Session subscriber, UpstreamStream stream) {}

    private static final class Entry {
        private final long id;
        private final long errorCode;
        private final long sinceNanos;
        /// Those that may have found it.
        private final Runs runs;
        private final @Nullable LaneStream copy;
        private long sent;

        Entry(long id, long errorCode, long sinceNanos, Runs runs, @Nullable LaneStream copy, long sent) {
            this.id = id;
            this.errorCode = errorCode;
            this.sinceNanos = sinceNanos;
            this.runs = runs;
            this.copy = copy;
            this.sent = sent;
        }
    }

    private final Relay relay;
    private final Map<Key, Entry> entries = new HashMap<>();

    AbandonedStreams(Relay relay) {
        this.relay = relay;
    }

    /// Adds a stream that the kernel has just been made to forget.
    ///
    /// @param copy what is known of it; null if nothing is
    /// @param sent bytes that are known to be sent
    /// @param errorCode of its RESET_STREAM
    void add(Session subscriber, UpstreamStream stream, long id, @Nullable LaneStream copy, long sent, long errorCode) {
        var key = new Key(subscriber, stream);
        DataPlane plane = relay.dataPlane();
        Runs runs = plane == null ? Runs.NONE : plane.runs();
        Entry before = entries.put(key, new Entry(id, errorCode, relay.now(), runs, copy, sent));
        if (before != null) {
            reset(subscriber, before);
        }
    }

    /// A frame that the kernel has sent: whether it was one of an abandoned stream's.
    ///
    /// @param timeNanos when the program run began
    /// @param end where the frame ends in the publisher's stream
    boolean sent(Session subscriber, UpstreamStream stream, long timeNanos, long end) {
        Entry entry = entries.isEmpty() ? null : entries.get(new Key(subscriber, stream));
        if (entry == null || timeNanos - entry.sinceNanos > 0) {
            return false;
        }
        LaneStream copy = entry.copy;
        long shifted = end + (copy == null ? 0 : copy.shift);
        if (copy != null) {
            relay.completion().chargedByKernel(copy, shifted);
        }
        entry.sent = Math.max(entry.sent, shifted);
        return true;
    }

    /// Resets those whose size is known.
    void tick() {
        Map<Key, Entry> due = new HashMap<>();
        entries.forEach((key, entry) -> {
            if (entry.runs.areOver() || key.subscriber().closed) {
                due.put(key, entry);
            }
        });
        if (due.isEmpty()) {
            return;
        }
        relay.drain(); // the last that was sent on them
        due.forEach((key, entry) -> {
            if (entries.remove(key, entry)) {
                reset(key.subscriber(), entry);
            }
        });
    }

    private static void reset(Session subscriber, Entry entry) {
        if (subscriber.isEstablished()) {
            subscriber.endpoint().sendReset(entry.id, entry.errorCode, entry.sent);
        }
    }
}
