// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// Rows of the lane table are given out once at a time.
class LaneSlotsTests {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void rowsAreGivenOutOnceAndBeyondTheTableNumbersOfTheirOwn() {
        var slots = new LaneSlots(2);

        Set<Integer> taken = new HashSet<>();
        for (int i = 0; i < 4; i++) {
            taken.add(slots.take(0));
        }

        assertThat(taken).hasSize(4);
        assertThat(taken.stream().filter(slot -> slot < slots.size())).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void aRowRestsForASecondAfterItsConnection() {
        var slots = new LaneSlots(1);
        int first = slots.take(0);
        slots.retire(first, 5 * SECOND);

        assertThat(slots.take(6 * SECOND - 1)).isGreaterThanOrEqualTo(slots.size());
        assertThat(slots.take(6 * SECOND)).isEqualTo(first);
    }

    @Test
    void withoutAKernelThereAreNoRows() {
        var slots = new LaneSlots(0);
        int only = slots.take(0);
        slots.retire(only, 0);

        assertThat(only).isGreaterThanOrEqualTo(slots.size());
        assertThat(slots.take(2 * SECOND)).isNotEqualTo(only);
    }
}
