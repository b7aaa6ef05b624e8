// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.view.CopyCount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts what became of the frames of one track, and of all tracks together. Read by the metrics, when they are asked for.
///
/// Guarded by the engine's lock.
final class CopyTally {
    /// Reasons beyond these are counted as `other`: a policy that makes up ever new ones must not fill the memory.
    private static final int MOST_REFUSALS = 256;
    private static final String OTHER = "other";

    private record Refusal(boolean stream, Obstacle obstacle, String reason) {}

    private final @Nullable CopyTally whole;
    private final long number;
    private long parts;
    private final long[] sent = new long[4];
    private final Map<Refusal, long[]> refused = new HashMap<>();

    private CopyTally(@Nullable CopyTally whole, long number) {
        this.whole = whole;
        this.number = number;
    }

    /// For everything.
    static CopyTally whole() {
        return new CopyTally(null, 0);
    }

    /// For one track; this one goes on counting everything.
    CopyTally part() {
        return new CopyTally(this, ++parts);
    }

    /// No two parts have the same.
    long number() {
        return number;
    }

    void sent(boolean stream, boolean byKernel) {
        sent[(stream ? 0 : 1) + (byKernel ? 0 : 2)]++;
        if (whole != null) {
            whole.sent(stream, byKernel);
        }
    }

    void refused(boolean stream, Obstacle obstacle, String reason) {
        if (obstacle == Obstacle.STREAM_LIMIT) {
            return; // It is sent later: neither a verdict of anybody nor a copy.
        }
        var refusal = new Refusal(stream, obstacle, reason);
        if (refused.size() >= MOST_REFUSALS && !refused.containsKey(refusal)) {
            refusal = new Refusal(stream, obstacle, OTHER);
        }
        refused.computeIfAbsent(refusal, each -> new long[1])[0]++;
        if (whole != null) {
            whole.refused(stream, obstacle, reason);
        }
    }

    List<CopyCount> counts() {
        var result = new ArrayList<CopyCount>();
        for (int i = 0; i < sent.length; i++) {
            if (sent[i] > 0) {
                result.add(new CopyCount(mode((i & 1) == 0), (i & 2) == 0 ? "kernel" : "userspace", "sent", "", sent[i]));
            }
        }
        refused.forEach((refusal, count) -> result.add(new CopyCount(
                mode(refusal.stream),
                isKernels(refusal.obstacle) ? "kernel" : "userspace",
                refusal.obstacle == Obstacle.LEFT ? "deferred" : "dropped",
                reason(refusal),
                count[0])));
        return result;
    }

    private static String mode(boolean stream) {
        return stream ? "stream" : "datagram";
    }

    private static boolean isKernels(Obstacle obstacle) {
        return obstacle == Obstacle.LEFT || obstacle == Obstacle.KERNEL_POLICY;
    }

    private static String reason(Refusal refusal) {
        return switch (refusal.obstacle) {
            case LEFT -> refusal.reason;
            case KERNEL_POLICY, POLICY -> "policy_" + refusal.reason;
            case GIVEN_UP -> "given_up_" + refusal.reason;
            case TOO_LARGE -> "datagram_too_large";
            case QUEUE_FULL -> "queue_full";
            case STREAM_LIMIT -> "stream_limit";
            case RESET -> "reset_" + refusal.reason.replace(' ', '_');
        };
    }
}
