// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.congestionpriority;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/// The configuration as integers, which is what both forms decide with.
///
/// @param alwaysBelow objects of priorities below it always pass, 0 to 256
/// @param limits of levels 1 to 3: objects of priorities below it pass, 0 to 256
/// @param fills of pressures 1 to 3: thousandths of the congestion window
/// @param delayNanos queueing delay that is tolerated
/// @param jitterNanos jitter that is tolerated
/// @param onsetNanos how long pressure that is not queueing delay must last for level 1; each level above takes four times as long
record Thresholds(
        int alwaysBelow,
        List<Integer> limits,
        List<Integer> fills,
        long delayNanos,
        long jitterNanos,
        long onsetNanos) {
    /// In the order of `enum congestion_config` in the C source.
    List<Long> words() {
        var words = new ArrayList<Long>();
        LongStream.of(alwaysBelow, delayNanos, jitterNanos, onsetNanos, CongestionPriority.NO_LIMIT)
                .forEach(words::add);
        limits.forEach(limit -> words.add((long) limit));
        fills.forEach(fill -> words.add((long) fill));
        return words;
    }
}
