// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import dev.weir.engine.policy.PolicyControl.Assignment;
import dev.weir.engine.policy.PolicyControl.Statistics;
import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.RelayView;
import dev.weir.engine.view.TrackCopies;
import java.util.List;
import java.util.Map;

/// What was read of a running relay at one time.
///
/// @param counts counters under their names in docs/reference/counters.md
/// @param relay the relay as a whole
/// @param copies what became of each track's frames, and of all frames, which come last
/// @param lanes connections that objects are sent to
/// @param assignments which policy serves what
/// @param statistics what each assignment's policy has decided
public record RelayReading(
        Map<String, Long> counts,
        RelayView relay,
        List<TrackCopies> copies,
        List<LaneStatus> lanes,
        List<Assignment> assignments,
        List<Statistics> statistics) {

    /// @return a counter; 0 if nothing was counted under that name yet
    public long count(String name) {
        return counts.getOrDefault(name, 0L);
    }
}
