// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// The clock of `bpf_ktime_get_ns`: CLOCK_MONOTONIC, which on Linux is the clock of [System#nanoTime] too. It stands still
/// while the machine sleeps and is the same in every process.
public final class MonotonicClock {
    private MonotonicClock() {}

    /// @return nanoseconds since some time before the machine's start, comparable with what programs record
    public static long nanos() {
        return System.nanoTime();
    }
}
