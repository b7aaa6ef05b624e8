// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// No copy has a connection ID that was retired (RFC 9000 section 5.1.2), and nobody can keep the engine busy with new ones.
class ConnectionIdTests extends OneSubscriber {
    private static final long SECOND = 1_000_000_000L;

    @BeforeEach
    void calm() {
        now += SECOND;
        plane.calls.clear();
    }

    private String withdraw() {
        return "withdraw lane " + subscriber.slot;
    }

    private String publish() {
        return "publish lane " + subscriber.slot;
    }

    @Test
    void theLaneIsOutOfForceWhileTheConnectionIdChanges() {
        subscriber.connectionIdChanges(() -> {
            plane.calls.add("change");
            now += SECOND;
            relay.tick(); // which looks after lanes that are not in force
        });
        assertThat(plane.calls).containsSubsequence(withdraw(), "change", publish());
        assertThat(plane.calls.subList(0, plane.calls.indexOf("change"))).contains(withdraw());
        assertThat(plane.calls).filteredOn(publish()::equals).hasSize(1);
        assertThat(subscriber.laneLive).isTrue();
    }

    @Test
    void aLaneThatWasWrittenAMomentAgoWaits() {
        for (int i = 0; i < 1000; i++) {
            subscriber.connectionIdChanges(() -> {});
        }
        assertThat(plane.calls).filteredOn(withdraw()::equals).hasSizeLessThan(3);
        assertThat(subscriber.laneLive).isFalse();
        now += SECOND / 5;
        relay.tick();
        assertThat(subscriber.laneLive).isTrue();
    }
}
