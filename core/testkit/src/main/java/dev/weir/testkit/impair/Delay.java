// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import java.time.Duration;

/// How long packets take, and which overtake others. In each direction, every packet waits for [#fixed] and up to [#jitter]; packets stay
/// in order but for those that wait longer.
///
/// @param seed any number; the same seed and the same order of packets give the same delays
/// @param fixed what every packet waits
/// @param jitter upper limit of what it waits besides, evenly distributed
/// @param reorderPercent share of packets that are overtaken, 0 to 100
/// @param reorderUpTo upper limit of what these wait besides, evenly distributed
public record Delay(long seed, Duration fixed, Duration jitter, double reorderPercent, Duration reorderUpTo) {
    /// @throws IllegalArgumentException if a value is out of its range, as a sentence
    public Delay {
        if (fixed.isNegative() || jitter.isNegative() || reorderUpTo.isNegative()) {
            throw new IllegalArgumentException("A delay is not negative: " + fixed + ", " + jitter + ", " + reorderUpTo + ".");
        }
        if (reorderPercent < 0 || reorderPercent > 100) {
            throw new IllegalArgumentException("The share of overtaken packets is 0 to 100 percent, not " + reorderPercent + ".");
        }
    }

    /// @param seed any number
    /// @param fixed what every packet waits
    /// @return a delay without jitter that keeps the order
    public static Delay of(long seed, Duration fixed) {
        return new Delay(seed, fixed, Duration.ZERO, 0, Duration.ZERO);
    }
}
