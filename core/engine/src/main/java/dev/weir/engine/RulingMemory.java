// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.Explanation.Finding;
import dev.weir.wire.moqt.StreamResetCode;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What stood in the way of the last objects of one subscription, for `policy explain`. Bounded, in primitive arrays, made with
/// the first entry; an entry that goes on where the last one of its kind ended only becomes longer.
///
/// Guarded by the engine's lock.
final class RulingMemory {
    /// Entries remembered.
    static final int CAPACITY = 256;
    /// Groups whose sent frames are counted apart.
    private static final int GROUPS = 64;

    /// What stood in the way.
    enum Obstacle {
        KERNEL_POLICY("dropped by the policy in the kernel"),
        POLICY("dropped by the policy in user space"),
        GIVEN_UP("given up by the policy while it waited"),
        LEFT("left to user space by the kernel"),
        TOO_LARGE("too large for a DATAGRAM to this subscriber"),
        QUEUE_FULL("more than 512 DATAGRAMs waited, and it was the oldest of the least urgent"),
        STREAM_LIMIT("waits: the subscriber allows no more streams"),
        RESET("its stream was reset");

        private final String words;

        Obstacle(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }

        /// Whether the object is never sent for it.
        boolean isFinal() {
            return this != LEFT && this != STREAM_LIMIT;
        }
    }

    /// A finding, and what it is about.
    record Match(Obstacle obstacle, Finding finding) {}

    private static final class Entries {
        final long[] groups = new long[CAPACITY];
        final long[] first = new long[CAPACITY];
        final long[] last = new long[CAPACITY];
        final boolean[] streams = new boolean[CAPACITY];
        final Obstacle[] obstacles = new Obstacle[CAPACITY];
        final String[] reasons = new String[CAPACITY];
        final long[] times = new long[CAPACITY];
        final long[] nanos = new long[CAPACITY];
    }

    private final CopyTally tally;
    private @Nullable Entries entries;
    private long written;
    private final Map<Obstacle, Map<String, Long>> counts = new EnumMap<>(Obstacle.class);
    private final long[] groupOf = new long[GROUPS];
    private final int[] kernelFrames = new int[GROUPS];
    private final int[] userFrames = new int[GROUPS];
    private long sentByKernel;
    private long sentByUserSpace;
    private long refused;

    /// @param tally counts the same, for longer
    RulingMemory(CopyTally tally) {
        this.tally = tally;
    }

    /// @param object the object ID, or the subgroup ID of a stream
    void refused(long group, long object, boolean stream, Obstacle obstacle, String reason, long nowNanos) {
        refused++;
        tally.refused(stream, obstacle, reason);
        counts.computeIfAbsent(obstacle, o -> new HashMap<>()).merge(reason, 1L, Long::sum);
        Entries kept = entries;
        if (kept == null) {
            kept = new Entries();
            entries = kept;
        }
        int newest = (int) ((written - 1) & CAPACITY - 1);
        if (written > 0 && goesOn(kept, newest, group, object, stream, obstacle, reason)) {
            kept.last[newest] = object;
            kept.times[newest]++;
            kept.nanos[newest] = nowNanos;
            return;
        }
        int at = (int) (written++ & CAPACITY - 1);
        kept.groups[at] = group;
        kept.first[at] = object;
        kept.last[at] = object;
        kept.streams[at] = stream;
        kept.obstacles[at] = obstacle;
        kept.reasons[at] = reason;
        kept.times[at] = 1;
        kept.nanos[at] = nowNanos;
    }

    private static boolean goesOn(
            Entries kept, int at, long group, long object, boolean stream, Obstacle obstacle, String reason) {
        return kept.groups[at] == group
                && kept.streams[at] == stream
                && kept.obstacles[at] == obstacle
                && kept.reasons[at].equals(reason)
                && (kept.last[at] == object || !stream && kept.last[at] + 1 == object);
    }

    /// A frame with an object of that group was sent.
    void sent(long group, boolean stream, boolean byKernel) {
        tally.sent(stream, byKernel);
        int at = (int) (group & GROUPS - 1);
        if (groupOf[at] != group) {
            groupOf[at] = group;
            kernelFrames[at] = 0;
            userFrames[at] = 0;
        }
        if (byKernel) {
            kernelFrames[at]++;
            sentByKernel++;
        } else {
            userFrames[at]++;
            sentByUserSpace++;
        }
    }

    long sentByKernel() {
        return sentByKernel;
    }

    long sentByUserSpace() {
        return sentByUserSpace;
    }

    long refused() {
        return refused;
    }

    /// Frames of a group sent by the kernel and by user space; both 0 if the group is not remembered.
    int[] framesOf(long group) {
        int at = (int) (group & GROUPS - 1);
        return groupOf[at] == group ? new int[] {kernelFrames[at], userFrames[at]} : new int[2];
    }

    /// What is remembered, newest first.
    ///
    /// @param group only of this group; null: of all
    /// @param object only of this object, and of streams of its group; null: of all
    List<Match> matches(@Nullable Long group, @Nullable Long object, long nowNanos) {
        var result = new ArrayList<Match>();
        Entries kept = entries;
        for (long i = written - 1; kept != null && i >= Math.max(0, written - CAPACITY); i--) {
            int at = (int) (i & CAPACITY - 1);
            boolean fits = (group == null || kept.groups[at] == group)
                    && (object == null
                            || kept.streams[at]
                            || Long.compareUnsigned(kept.first[at], object) <= 0
                                    && Long.compareUnsigned(object, kept.last[at]) <= 0);
            if (fits) {
                result.add(new Match(kept.obstacles[at], new Finding(
                        kept.groups[at], kept.first[at], kept.last[at], kept.streams[at],
                        kept.obstacles[at].words(), kept.reasons[at], kept.times[at], nowNanos - kept.nanos[at])));
            }
        }
        return result;
    }

    /// A word for the error code of a RESET_STREAM.
    static String resetReason(long errorCode) {
        for (StreamResetCode code : StreamResetCode.values()) {
            if (code.code() == errorCode) {
                return code.name().toLowerCase(Locale.ROOT);
            }
        }
        return "code " + errorCode;
    }

    /// Whether something was forgotten.
    boolean isFull() {
        return written > CAPACITY;
    }

    Map<String, Long> counts() {
        var result = new TreeMap<String, Long>();
        counts.forEach((obstacle, byReason) -> byReason.forEach((reason, count) ->
                result.merge(reason.isEmpty() ? obstacle.words() : obstacle.words() + ": " + reason, count, Long::sum)));
        return result;
    }
}
