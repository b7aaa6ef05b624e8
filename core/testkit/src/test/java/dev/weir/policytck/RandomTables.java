// SPDX-License-Identifier: Apache-2.0
package dev.weir.policytck;

import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Random;

/// Tables that nobody would write.
final class RandomTables {
    private final Random random;

    RandomTables(long seed) {
        random = new Random(seed);
    }

    MapEntries next() {
        var builder = MapEntries.builder().rule("low", rule()).rule("high", rule()).otherwise(rule());
        if (random.nextBoolean()) {
            builder.layers(priority -> random.nextInt(256));
        }
        if (random.nextBoolean()) {
            builder.priorities(priority -> random.nextInt(256));
        }
        return random.nextBoolean() ? builder.layerIsSubgroup().build() : builder.build();
    }

    /// Each check lets enough pass for the next one to matter.
    private Rule rule() {
        var limits = new ArrayList<Integer>();
        for (int step = 0; step < Rule.STEPS; step++) {
            limits.add(random.nextInt(64, Rule.NO_LIMIT + 1));
        }
        return new Rule(
                random.nextInt(3) == 0 ? random.nextInt(257) : 256,
                random.nextInt(3) == 0 ? 1 + (random.nextLong() >>> 1 + random.nextInt(62)) : 1,
                random.nextInt(3) == 0 ? Duration.ofNanos(random.nextLong(2_000_000_000)) : Duration.ZERO,
                limits,
                random.nextInt(3) == 0 ? 0 : random.nextLong(1, 4_000_000_001L),
                random.nextLong((1L << random.nextInt(41)) + 1));
    }
}
