// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Options of `./weir bench policy`.
///
/// @param modes which delivery modes of the video (`--mode`); default both
/// @param seconds length of the video of each run (`--seconds`), 4 to 600; default [#DEFAULT_SECONDS]
/// @param runs how often everything is done (`--runs`), 1 to 100; default [#DEFAULT_RUNS]
/// @param bottlenecks rates of the narrow link in percent of the video's own rate (`--bottleneck 50,70,90`), each 10 to 200; default
///     [#DEFAULT_BOTTLENECKS]
/// @param rttMillis round-trip time of the subscriber's path without any queue (`--rtt`), 0 to 2000; default 0: that of this machine
/// @param queueMillis the longest that a packet waits before the narrow link (`--queue`), 10 to 5000; default [#DEFAULT_QUEUE]
/// @param deadlineMillis a frame that comes later is of no use (`--deadline`), 50 to 10000; default [#DEFAULT_DEADLINE]
/// @param rounds how often each form of a policy has its turn when the cost of decisions is measured (`--rounds`), 0 to 1000, 0: it
///     is not measured; default [#DEFAULT_ROUNDS]
/// @param json file for every figure (`--json`); null: none
public record BenchPolicyOptions(
        RunModes modes,
        int seconds,
        int runs,
        List<Integer> bottlenecks,
        int rttMillis,
        int queueMillis,
        int deadlineMillis,
        int rounds,
        @Nullable Path json) {
    /// Seconds of video unless said otherwise.
    public static final int DEFAULT_SECONDS = 15;
    /// Repetitions unless said otherwise.
    public static final int DEFAULT_RUNS = 1;
    /// Percent of the video's rate unless said otherwise: not all that others need fits, most of what no other needs is too much, and
    /// a little is too much.
    public static final List<Integer> DEFAULT_BOTTLENECKS = List.of(50, 70, 90);
    /// Milliseconds of queue unless said otherwise: what an access router has.
    public static final int DEFAULT_QUEUE = 400;
    /// Milliseconds unless said otherwise.
    public static final int DEFAULT_DEADLINE = 500;
    /// Turns unless said otherwise.
    public static final int DEFAULT_ROUNDS = 300;

    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public BenchPolicyOptions {
        Ranges.check("--seconds", seconds, 4, 600, "seconds");
        Ranges.check("--runs", runs, 1, 100, "repetitions");
        bottlenecks = List.copyOf(bottlenecks);
        if (bottlenecks.isEmpty()) {
            throw new IllegalArgumentException("--bottleneck takes one or more numbers, separated by commas.");
        }
        bottlenecks.forEach(percent -> Ranges.check("--bottleneck", percent, 10, 200, "percent"));
        Ranges.check("--rtt", rttMillis, 0, 2000, "milliseconds");
        Ranges.check("--queue", queueMillis, 10, 5000, "milliseconds");
        Ranges.check("--deadline", deadlineMillis, 50, 10_000, "milliseconds");
        Ranges.check("--rounds", rounds, 0, 1000, "turns");
    }

    /// @return the benchmark without any option
    public static BenchPolicyOptions defaults() {
        return new BenchPolicyOptions(RunModes.BOTH, DEFAULT_SECONDS, DEFAULT_RUNS, DEFAULT_BOTTLENECKS, 0, DEFAULT_QUEUE, DEFAULT_DEADLINE,
                DEFAULT_ROUNDS, null);
    }
}
