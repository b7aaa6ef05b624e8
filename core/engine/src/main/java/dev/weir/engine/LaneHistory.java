// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirReason;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// What happened to one connection, for those who look at its lane. Guarded by the engine's lock.
final class LaneHistory {
    private final long[] left = new long[WeirReason.WEIR_COUNTERS.value];
    long establishedNanos;
    /// Frames with media that user space has sent.
    long userCopies;
    boolean toldToLeave;

    /// The kernel left a packet for this lane to user space.
    void left(int reason) {
        if (reason != WeirReason.NONE.value && reason < left.length) {
            left[reason]++;
        }
    }

    long left(WeirReason reason) {
        return left[reason.value];
    }

    Map<String, Long> leftByReason() {
        var result = new TreeMap<String, Long>();
        for (WeirReason reason : WeirReason.values()) {
            if (reason.value < left.length && left[reason.value] > 0) {
                result.put(reason.name().toLowerCase(Locale.ROOT), left[reason.value]);
            }
        }
        return result;
    }
}
