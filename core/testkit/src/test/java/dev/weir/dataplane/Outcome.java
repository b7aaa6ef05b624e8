// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.WeirReason;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What one packet of the publisher led to.
///
/// @param record null if none was written
/// @param copies by lane
/// @param counted how much each counter grew; those that did not are left out
/// @param payloadLength UDP payload bytes of the publisher's packet
record Outcome(@Nullable Recorded record, List<Copy> copies, Map<WeirReason, Long> counted, int payloadLength) {
    /// The record, which must be there.
    Recorded recorded() {
        if (record == null) {
            throw new AssertionError("no record was written; counted: " + counted);
        }
        return record;
    }

    /// The only copy for a lane.
    Copy copy(int lane) {
        var found = copies.stream().filter(copy -> copy.lane() == lane).toList();
        if (found.size() != 1) {
            throw new AssertionError("lane " + lane + " got " + found.size() + " copies; " + record + "; counted: " + counted);
        }
        return found.getFirst();
    }

    WeirReason reason(int lane) {
        return recorded().entry(lane).reason();
    }
}
