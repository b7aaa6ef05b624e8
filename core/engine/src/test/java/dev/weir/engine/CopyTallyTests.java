// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.view.CopyCount;
import org.junit.jupiter.api.Test;

class CopyTallyTests {
    private final CopyTally whole = CopyTally.whole();

    @Test
    void countsFramesByModePathVerdictAndReason() {
        CopyTally track = whole.part();
        track.sent(true, true);
        track.sent(true, true);
        track.sent(true, false);
        track.sent(false, true);
        track.sent(false, false);
        track.refused(false, Obstacle.KERNEL_POLICY, "late");
        track.refused(true, Obstacle.POLICY, "late");
        track.refused(true, Obstacle.LEFT, "congestion");
        track.refused(true, Obstacle.STREAM_LIMIT, "");

        assertThat(track.counts()).containsExactlyInAnyOrder(
                new CopyCount("stream", "kernel", "sent", "", 2),
                new CopyCount("stream", "userspace", "sent", "", 1),
                new CopyCount("datagram", "kernel", "sent", "", 1),
                new CopyCount("datagram", "userspace", "sent", "", 1),
                new CopyCount("datagram", "kernel", "dropped", "policy_late", 1),
                new CopyCount("stream", "userspace", "dropped", "policy_late", 1),
                new CopyCount("stream", "kernel", "deferred", "congestion", 1));
    }

    @Test
    void theWholeKnowsWhatAllTracksHad() {
        CopyTally one = whole.part();
        CopyTally other = whole.part();
        one.sent(true, true);
        other.sent(true, true);
        other.refused(false, Obstacle.QUEUE_FULL, "");

        assertThat(one.number()).isNotEqualTo(other.number());
        assertThat(whole.counts()).containsExactlyInAnyOrder(
                new CopyCount("stream", "kernel", "sent", "", 2),
                new CopyCount("datagram", "userspace", "dropped", "queue_full", 1));
    }

    @Test
    void aPolicyThatMakesUpReasonsDoesNotFillTheMemory() {
        CopyTally track = whole.part();
        for (int i = 0; i < 10_000; i++) {
            track.refused(false, Obstacle.POLICY, "reason" + i);
        }

        assertThat(track.counts()).hasSizeLessThan(300);
        assertThat(track.counts().stream().mapToLong(CopyCount::count).sum()).isEqualTo(10_000);
        assertThat(track.counts()).extracting(CopyCount::reason).contains("policy_other");
    }
}
