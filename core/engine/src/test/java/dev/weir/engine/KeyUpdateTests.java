// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Kernel and user space agree on the first packet number of new write keys (DESIGN rule 2).
class KeyUpdateTests extends OneSubscriber {
    /// quiche's; a packet that is further behind the newest one counts as a repetition.
    private static final int NARROWEST_DUPLICATE_WINDOW = 128;
    private static final QuicEndpoint.Keys NEXT = new QuicEndpoint.Keys(new byte[32], new byte[12], 1);

    private long update(List<Long> heard) {
        subscriber.switchWriteKeys(() -> NEXT, heard::add);
        return heard.getLast();
    }

    @Test
    void theKernelIsHeldBelowTheSwitchUntilItHasTheNewKeys() {
        var heard = new ArrayList<Long>();
        subscriber.cells.skipTo(40);
        plane.calls.clear();
        long first = update(heard);
        assertThat(heard).containsExactly(first);
        assertThat(plane.calls).containsExactly(
                "hold packet numbers " + subscriber.slot + " below " + first, "switch keys " + subscriber.slot + " at " + first);
        assertThat(subscriber.cells.nextPacketNumber()).isEqualTo(first);
    }

    @Test
    void fewerNumbersAreLeftOutThanPeersTakeForRepetitions() {
        subscriber.cells.skipTo(40);
        assertThat(update(new ArrayList<>()) - 40).isLessThan(NARROWEST_DUPLICATE_WINDOW / 2);
    }

    @Test
    void aNumberThatTheKernelDrewMeanwhileBelongsToTheOldKeys() {
        var heard = new ArrayList<Long>();
        var inVain = new ArrayList<Long>();
        subscriber.switchWriteKeys(() -> NEXT, number -> {
            if (heard.isEmpty()) {
                for (long drawn = plane.draw(subscriber.slot); drawn <= number; drawn = plane.draw(subscriber.slot)) {
                    inVain.add(drawn);
                }
            }
            heard.add(number);
        });
        assertThat(inVain).contains(heard.getFirst());
        assertThat(heard).hasSize(2);
        assertThat(heard.getLast()).isGreaterThan(inVain.getLast()).isEqualTo(subscriber.cells.nextPacketNumber());
        assertThat(plane.calls).contains("switch keys " + subscriber.slot + " at " + heard.getLast());
    }

    @Test
    void nothingIsLeftOutWithoutTheKernel() {
        var heard = new ArrayList<Long>();
        subscriber.laneLive = false;
        subscriber.cells.skipTo(40);
        assertThat(update(heard)).isEqualTo(40);
    }

    @Test
    void whoUpdatesAllTheTimeIsPutOut() {
        var heard = new ArrayList<Long>();
        for (int i = 0; i < KeyUpdateRate.BURST; i++) {
            update(heard);
        }
        assertThat(subscriberEnd.events).isEmpty();
        now += 1_000_000_000L;
        for (int i = 0; i < KeyUpdateRate.PER_SECOND; i++) {
            update(heard);
        }
        assertThat(subscriberEnd.events).isEmpty();
        update(heard);
        assertThat(subscriberEnd.events).containsExactly("key update error");
        assertThat(publisherEnd.events).isEmpty();
    }
}
