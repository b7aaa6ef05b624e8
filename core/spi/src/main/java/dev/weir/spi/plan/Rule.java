// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// What the stock program does for the lanes of one class. The checks go in the order of the components below; the first one
/// that an object fails drops it, under the name given in parentheses.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Part of [MapEntries].
///
/// **Failure.** A component out of its range is an [IllegalArgumentException].
///
/// **Units and ranges.** Below.
///
/// @param layers objects of layers below it pass (`layer`); 0 to 256
/// @param groupStep groups whose ID is a multiple of it pass (`group`); 1 or more
/// @param maxAge objects that the relay received no longer ago pass (`age`), and subgroup streams that are older while bytes of
/// theirs wait in user space are reset; zero: any age; below 2^63 ns
/// @param limits sixteen priorities 0 to 256, by how full the congestion window is: the limit for a window that is at least
/// k/16 in flight, and less than (k+1)/16, is number k; the last one also holds beyond the window. Objects of
/// priorities below (more urgent than) the limit pass (`priority`)
/// @param bytesPerSecond budget of the lane (`budget`): a token bucket filled at this rate and emptied by all bytes the lane
/// is sent; 0: none; at most 4 GB/s. An object passes if the bucket holds its size beside a reserve of
/// `burst * priority / 512` for more urgent ones
/// @param burst bytes that the bucket holds; 0 to 2^40
public record Rule(
        int layers, long groupStep, Duration maxAge, List<Integer> limits, long bytesPerSecond, long burst) {
    /// Number of steps of [#limits].
    public static final int STEPS = 16;

    /// Every priority passes.
    public static final int NO_LIMIT = 256;

    private static final long MOST_BYTES_PER_SECOND = 4_000_000_000L;
    private static final Rule ALL =
            new Rule(256, 1, Duration.ZERO, Collections.nCopies(STEPS, NO_LIMIT), 0, 0);

    /// @throws IllegalArgumentException if a component is out of its range
    public Rule {
        limits = List.copyOf(limits);
        require(layers >= 0 && layers <= 256, "layers are 0 to 256, not " + layers);
        require(groupStep >= 1, "a step of groups is 1 or more, not " + groupStep);
        require(!maxAge.isNegative() && maxAge.toSeconds() < Long.MAX_VALUE / 1_000_000_000L, "an age cannot be " + maxAge);
        require(limits.size() == STEPS, "there are " + STEPS + " limits, not " + limits.size());
        limits.forEach(limit -> require(limit >= 0 && limit <= NO_LIMIT, "a limit is 0 to 256, not " + limit));
        require(bytesPerSecond >= 0 && bytesPerSecond <= MOST_BYTES_PER_SECOND,
                "a budget is 0 to 4,000,000,000 bytes per second, not " + bytesPerSecond);
        require(burst >= 0 && burst <= 1L << 40, "a burst is 0 to 2^40 bytes, not " + burst);
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }

    /// The rule that lets everything pass.
    public static Rule all() {
        return ALL;
    }

    /// The same rule with one limit however full the window is.
    ///
    /// @param limit 0 to 256: priorities below it pass
    public Rule limit(int limit) {
        return new Rule(layers, groupStep, maxAge, Collections.nCopies(STEPS, limit), bytesPerSecond, burst);
    }

    /// The same rule with another limit from some fill of the congestion window on.
    ///
    /// @param fill share of the window in flight, 0 to 1; taken down to a sixteenth
    /// @param limit 0 to 256: priorities below it pass
    public Rule limitAbove(double fill, int limit) {
        require(fill >= 0 && fill <= 1, "a share is 0 to 1, not " + fill);
        List<Integer> changed = new ArrayList<>(limits);
        for (int step = Math.min((int) (fill * STEPS), STEPS - 1); step < STEPS; step++) {
            changed.set(step, limit);
        }
        return new Rule(layers, groupStep, maxAge, changed, bytesPerSecond, burst);
    }

    /// The same rule, passing layers below `count` only.
    public Rule layers(int count) {
        return new Rule(count, groupStep, maxAge, limits, bytesPerSecond, burst);
    }

    /// The same rule, passing every nth group only.
    public Rule everyNthGroup(long step) {
        return new Rule(layers, step, maxAge, limits, bytesPerSecond, burst);
    }

    /// The same rule, passing objects up to that age only.
    public Rule maxAge(Duration age) {
        return new Rule(layers, groupStep, age, limits, bytesPerSecond, burst);
    }

    /// The same rule with a budget.
    public Rule budget(long rate, long bucket) {
        return new Rule(layers, groupStep, maxAge, limits, rate, bucket);
    }
}
