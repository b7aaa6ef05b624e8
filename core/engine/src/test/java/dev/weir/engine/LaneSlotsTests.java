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
            taken.add(slots.take());
        }

        assertThat(taken).hasSize(4);
        assertThat(taken.stream().filter(slot -> slot < slots.size())).containsExactlyInAnyOrder(0, 1);
    }

    @Test
    void aRowRestsForASecondAfterItsConnection() {
        var slots = new LaneSlots(1);
        int first = slots.take();
        slots.retire(first, 5 * SECOND);

        slots.tick(6 * SECOND - 1);
        assertThat(slots.take()).isGreaterThanOrEqualTo(slots.size());
        slots.tick(6 * SECOND);
        assertThat(slots.take()).isEqualTo(first);
    }

    @Test
    void withoutAKernelThereAreNoRows() {
        var slots = new LaneSlots(0);
        int only = slots.take();
        slots.retire(only, 0);

        assertThat(only).isGreaterThanOrEqualTo(slots.size());
        slots.tick(2 * SECOND);
        assertThat(slots.take()).isNotEqualTo(only);
    }
}
