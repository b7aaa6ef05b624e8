// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// The faults of a soak come from its seed alone.
class SoakScheduleTests {
    private static List<SoakStep> steps(long seed) {
        var schedule = new SoakSchedule(seed);
        return Stream.generate(schedule::next).limit(2000).toList();
    }

    @Test
    void theSameSeedMakesTheSameFaultsAtTheSameTimes() {
        assertThat(steps(7)).isEqualTo(steps(7));
        assertThat(steps(7)).isNotEqualTo(steps(8));
    }

    @Test
    void everyFaultComesAndTimeGoesOn() {
        List<SoakStep> steps = steps(1);
        assertThat(steps).extracting(SoakStep::fault).contains(SoakStep.Fault.values());
        assertThat(steps).isSortedAccordingTo((a, b) -> Long.compare(a.atMillis(), b.atMillis()));
        assertThat(steps).allSatisfy(step -> assertThat(step.pauseMillis()).isBetween(20L, 800L));
    }
}
