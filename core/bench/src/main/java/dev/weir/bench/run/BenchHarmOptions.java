// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Options of `./weir bench harm`.
///
/// @param subscribers how many others there are (`--subscribers`), 1 to 64
/// @param modes which delivery modes (`--mode`)
/// @param rate objects per second (`--rate`), 10 to 1000
/// @param seconds length of each window (`--seconds`), 2 to 60
/// @param rounds windows with and without each peer (`--rounds`), 1 to 100
/// @param limit of the median of a peer's ratios (`--limit`); null: none
/// @param json file for every figure (`--json`); null: none
public record BenchHarmOptions(
        int subscribers, RunModes modes, int rate, int seconds, int rounds, @Nullable Double limit, @Nullable Path json) {
    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public BenchHarmOptions {
        Ranges.check("--subscribers", subscribers, 1, 64, "subscribers");
        Ranges.check("--rate", rate, 10, 1000, "objects per second");
        Ranges.check("--seconds", seconds, 2, 60, "seconds");
        Ranges.check("--rounds", rounds, 1, 100, "rounds");
        if (limit != null && !(limit >= 1)) {
            throw new IllegalArgumentException("--limit takes a ratio of 1 or more, not " + limit + ".");
        }
    }
}
