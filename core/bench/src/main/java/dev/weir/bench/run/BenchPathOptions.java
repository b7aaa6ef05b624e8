// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Options of `./weir bench path`.
///
/// @param subscribers numbers of subscribers, one row each for either path (`--subscribers 1,8,64`); each 1 to 256
/// @param modes which delivery modes (`--mode`); default datagram
/// @param seconds length of each measurement (`--seconds`), 1 to 3600; default [#DEFAULT_SECONDS]
/// @param rate objects per second (`--rate`) for every row; null: for each number of subscribers the rate that user space
///     can carry as well, see [#rateFor]
/// @param size bytes per object (`--size`), as for [SyntheticLoad]; default 1200
/// @param json file for every figure (`--json`); null: none
public record BenchPathOptions(
        List<Integer> subscribers, RunModes modes, int seconds, @Nullable Integer rate, int size, @Nullable Path json) {
    /// Numbers of subscribers unless said otherwise.
    public static final List<Integer> DEFAULT_SUBSCRIBERS = List.of(1, 8, 64);
    /// Seconds of each measurement unless said otherwise.
    public static final int DEFAULT_SECONDS = 10;
    /// Copies per second that the user-space path certainly carries on one core (150 to 250 µs per packet sent by Kwik).
    private static final int USER_SPACE_COPIES_PER_SECOND = 1600;
    private static final int HIGHEST_RATE = 200;

    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public BenchPathOptions {
        subscribers = List.copyOf(subscribers);
        if (subscribers.isEmpty()) {
            throw new IllegalArgumentException("--subscribers takes one or more numbers, separated by commas.");
        }
        subscribers.forEach(n -> Ranges.check("--subscribers", n, 1, 256, "subscribers"));
        Ranges.check("--seconds", seconds, 1, 3600, "seconds");
        new SyntheticLoad(rate == null ? 1 : rate, size);
    }

    /// @return the benchmark without any option
    public static BenchPathOptions defaults() {
        return new BenchPathOptions(
                DEFAULT_SUBSCRIBERS, RunModes.DATAGRAM, DEFAULT_SECONDS, null, SyntheticLoad.DEFAULT_SIZE, null);
    }

    /// @param count a number of subscribers
    /// @return objects per second, the same for both paths
    public int rateFor(int count) {
        return rate != null ? rate : Math.clamp(USER_SPACE_COPIES_PER_SECOND / count, 5, HIGHEST_RATE);
    }
}
