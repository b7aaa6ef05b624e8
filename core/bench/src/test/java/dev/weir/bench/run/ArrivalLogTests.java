// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.peer.ArrivalListener;
import dev.weir.bench.report.Observations;
import dev.weir.wire.moqt.Location;
import org.junit.jupiter.api.Test;

class ArrivalLogTests {
    private long now = 1_000_000;
    private final ArrivalLog log = new ArrivalLog(2, () -> now);
    private final ArrivalListener first = log.subscriber();
    private final ArrivalListener second = log.subscriber();

    private void arrive(ArrivalListener subscriber, long group, long afterMillis, long latencyMillis) {
        now += afterMillis * 1000;
        subscriber.arrived(new Location(group, 0), 0, new byte[0], latencyMillis * 1000);
    }

    @Test
    void aStallIsAWaitThatThePublisherDidNotMake() {
        arrive(first, 2, 0, 5);
        arrive(first, 2, 300, 5); // the publisher waited as well
        arrive(first, 2, 300, 260); // it was sent 45 ms after the one before and waited for
        arrive(second, 2, 300, 5); // another subscriber's first
        arrive(second, 2, 60, 70); // sent before the one before: waited for 60 ms

        assertThat(log.observations(0, 0).stalls()).isEqualTo(new Observations.Stalls(2, 1, 255 + 60));
    }

    @Test
    void warmUpIsLeftOut() {
        arrive(first, 1, 0, 900);
        arrive(first, 2, 10, 5);
        arrive(first, 2, 10, 15);

        Observations seen = log.observations(0, 0);
        assertThat(seen.latencyUs().getLast().micros()).isBetween(14_990.0, 15_020.0);
        assertThat(seen.objectsPerSlot()).containsExactly(2L);
    }

    @Test
    void timeIsCutIntoQuartersOfASecond() {
        arrive(first, 2, 0, 5);
        arrive(second, 2, 249, 5);
        arrive(first, 2, 1, 5);
        arrive(first, 2, 500, 5);

        assertThat(log.observations(0, 0).objectsPerSlot()).containsExactly(2L, 1L, 0L, 1L);
    }
}
