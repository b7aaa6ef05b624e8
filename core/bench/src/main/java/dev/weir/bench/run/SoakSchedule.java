// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.run.SoakStep.Fault;
import dev.weir.spi.DeliveryMode;
import java.util.SplittableRandom;

/// The faults of a soak, from its seed and nothing else. Not thread-safe.
final class SoakSchedule {
    private static final int SHORTEST_GAP_MILLIS = 100;
    private static final int LONGEST_GAP_MILLIS = 900;
    /// How often each fault comes, in the order of [Fault]: visitors come as often as they go.
    private static final int[] WEIGHTS = {30, 10, 10, 10, 4, 4, 8, 4, 12, 12, 6, 5, 6, 6, 1, 1};

    private final SplittableRandom random;
    private long millis;

    SoakSchedule(long seed) {
        random = new SplittableRandom(seed);
    }

    /// The next fault; there is always one.
    SoakStep next() {
        millis += random.nextInt(SHORTEST_GAP_MILLIS, LONGEST_GAP_MILLIS + 1);
        Fault fault = Fault.values()[kind()];
        DeliveryMode mode = DeliveryMode.values()[random.nextInt(DeliveryMode.values().length)];
        return new SoakStep(millis, fault, mode, random.nextDouble());
    }

    private int kind() {
        int sum = 0;
        for (int weight : WEIGHTS) {
            sum += weight;
        }
        int drawn = random.nextInt(sum);
        int kind = 0;
        while (drawn >= WEIGHTS[kind]) {
            drawn -= WEIGHTS[kind++];
        }
        return kind;
    }
}
