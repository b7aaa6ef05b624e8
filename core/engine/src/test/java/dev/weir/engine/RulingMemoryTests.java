// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.RulingMemory.Match;
import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.view.Explanation.Finding;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is remembered of rulings: the last ones, in few entries.
class RulingMemoryTests {
    private final RulingMemory memory = new RulingMemory(CopyTally.whole());

    private List<Finding> findings(Long group, Long object) {
        return memory.matches(group, object, 1000).stream().map(Match::finding).toList();
    }

    @Test
    void objectsInARowAreOneEntry() {
        for (int object = 3; object < 10; object++) {
            memory.refused(7, object, false, Obstacle.KERNEL_POLICY, "priority", 100 + object);
        }
        memory.refused(7, 11, false, Obstacle.KERNEL_POLICY, "priority", 200);

        assertThat(findings(7L, null)).containsExactly(
                new Finding(7, 11, 11, false, Obstacle.KERNEL_POLICY.words(), "priority", 1, 800),
                new Finding(7, 3, 9, false, Obstacle.KERNEL_POLICY.words(), "priority", 7, 891));
        assertThat(findings(7L, 5L)).hasSize(1);
        assertThat(findings(7L, 10L)).isEmpty();
        assertThat(findings(8L, null)).isEmpty();
        assertThat(memory.counts()).containsExactly(org.assertj.core.api.Assertions.entry(
                "dropped by the policy in the kernel: priority", 8L));
    }

    @Test
    void framesOfAStreamAreOneEntryAndAnotherReasonIsAnother() {
        memory.refused(1, 0, true, Obstacle.LEFT, "congestion", 10);
        memory.refused(1, 0, true, Obstacle.LEFT, "congestion", 20);
        memory.refused(1, 0, true, Obstacle.LEFT, "stream_credit", 30);

        assertThat(findings(1L, 99L)).extracting(Finding::reason, Finding::times)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple("stream_credit", 1L), org.assertj.core.groups.Tuple.tuple("congestion", 2L));
    }

    @Test
    void theOldestAreForgotten() {
        for (int group = 0; group < 2 * RulingMemory.CAPACITY; group++) {
            memory.refused(group, 0, false, Obstacle.POLICY, "age", group);
        }

        assertThat(memory.isFull()).isTrue();
        assertThat(findings(null, null)).hasSize(RulingMemory.CAPACITY);
        assertThat(findings((long) RulingMemory.CAPACITY - 1, null)).isEmpty();
        assertThat(findings((long) RulingMemory.CAPACITY, null)).hasSize(1);
        assertThat(memory.refused()).isEqualTo(2L * RulingMemory.CAPACITY);
    }

    @Test
    void framesAreCountedByGroup() {
        memory.sent(5, true, true);
        memory.sent(5, true, true);
        memory.sent(5, true, false);
        assertThat(memory.framesOf(5)).containsExactly(2, 1);
        memory.sent(5 + 64, true, true); // takes the place of group 5
        assertThat(memory.framesOf(5)).containsExactly(0, 0);
        assertThat(memory.sentByKernel()).isEqualTo(3);
        assertThat(memory.sentByUserSpace()).isEqualTo(1);
    }
}
