// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PathMeasureTests {
    private static final long MS = 1_000_000;

    private final PathMeasure measure = new PathMeasure();

    private void sample(long millis, int times) {
        for (int i = 0; i < times; i++) {
            measure.sample(millis * MS, 20 * MS);
        }
    }

    @Test
    void delayIsWhatRoundTripsTakeAboveTheLeast() {
        sample(20, 1);
        sample(120, 100);

        assertThat(measure.delayNanos()).isBetween(99 * MS, 100 * MS);
    }

    /// Otherwise a policy that stops sending at a long delay would never hear of a shorter one.
    @Test
    void delayBeginsAnewWhenNothingIsInFlight() {
        sample(20, 1);
        sample(120, 100);
        measure.drained();

        assertThat(measure.delayNanos()).isZero();
        sample(28, 1);
        assertThat(measure.delayNanos()).isEqualTo(MS);
        assertThat(measure.jitterNanos()).isPositive();
    }

    @Test
    void lossIsTheShareOfThePacketsSettledLast() {
        measure.settled(1000, false);
        measure.settled(1000, true);
        measure.settled(64, false);

        assertThat(measure.lossPerMillion()).isBetween(350_000, 380_000);
    }
}
