// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Options of `./weir soak`.
///
/// @param seconds how long faults are made, 10 to 604800 (`--minutes`, `--seconds`)
/// @param seed of the schedule (`--seed`); the same seed makes the same faults at the same times
/// @param subscribers of each mode that stay from the beginning to the end (`--subscribers`), 1 to 64
/// @param rate objects per second of each mode (`--rate`), 10 to 1000
/// @param path who makes the copies (`--path`)
/// @param ledger file for the ledger (`--json`); null: none
public record SoakOptions(int seconds, long seed, int subscribers, int rate, RelayPath path, @Nullable Path ledger) {
    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public SoakOptions {
        Ranges.check("--seconds", seconds, 10, 604_800, "seconds");
        Ranges.check("--subscribers", subscribers, 1, 64, "subscribers of each mode");
        Ranges.check("--rate", rate, 10, 1000, "objects per second");
    }
}
