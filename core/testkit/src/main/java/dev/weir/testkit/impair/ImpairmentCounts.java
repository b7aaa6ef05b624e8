// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import dev.weir.abi.ImpairCounts;
import java.lang.foreign.MemorySegment;

/// What became of the packets that an impairment concerned: `seen = passed + lost + blackholed`.
///
/// @param seen packets concerned
/// @param passed those that went on, once or twice, whole or damaged
/// @param lost by loss
/// @param blackholed lost while nothing passed
/// @param duplicated of those that passed, how many came twice
/// @param corrupted of those that passed, how many were damaged
/// @param segmented of those seen, super-packets of a sender with UDP_SEGMENT: one packet here, several on a real wire
public record ImpairmentCounts(
        long seen, long passed, long lost, long blackholed, long duplicated, long corrupted, long segmented) {
    static ImpairmentCounts of(MemorySegment counts) {
        return new ImpairmentCounts(
                ImpairCounts.seen(counts),
                ImpairCounts.passed(counts),
                ImpairCounts.lost(counts),
                ImpairCounts.blackholed(counts),
                ImpairCounts.duplicated(counts),
                ImpairCounts.corrupted(counts),
                ImpairCounts.segmented(counts));
    }

    /// @return packets that did not go on
    public long gone() {
        return lost + blackholed;
    }
}
