// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.peer.ArrivalListener;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.bench.report.Observations;
import dev.weir.wire.moqt.Location;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ArrivalLogTests {
    private long now = 1_000_000;
    private final ArrivalLog log = new ArrivalLog(2, () -> now);
    private final ArrivalListener first = log.subscriber();
    private final ArrivalListener second = log.subscriber();

    private Observations seen() {
        var objects = LongStream.rangeClosed(1, 3).mapToObj(group -> new TransferredObject(new Location(group, 0), 0, 0)).toList();
        return log.observations(new PublishedTrack(objects, new byte[0], Map.of(), 3, Map.of(), Map.of(1L, 30L, 2L, 29L, 3L, 28L)), Map.of("network", 1L), 9);
    }

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

        assertThat(seen().stalls()).isEqualTo(new Observations.Stalls(2, 1, 255 + 60));
    }

    @Test
    void warmUpIsLeftOut() {
        arrive(first, 1, 0, 900);
        arrive(first, 2, 10, 5);
        arrive(first, 2, 10, 15);

        Observations seen = seen();
        assertThat(seen.latencyUs().getLast().micros()).isBetween(14_990.0, 15_020.0);
        assertThat(seen.objectsPerSlot()).containsExactly(2L);
        assertThat(seen.objectsReceived()).isEqualTo(2);
        assertThat(seen.objectsPublished()).isEqualTo(2);
        assertThat(seen.framesPublished()).isEqualTo(29 + 28);
        assertThat(seen.framesDecodable()).isEqualTo(9);
        assertThat(seen.missing()).isEqualTo(Map.of("network", 1L));
    }

    @Test
    void timeIsCutIntoQuartersOfASecond() {
        arrive(first, 2, 0, 5);
        arrive(second, 2, 249, 5);
        arrive(first, 2, 1, 5);
        arrive(first, 2, 500, 5);

        assertThat(seen().objectsPerSlot()).containsExactly(2L, 1L, 0L, 1L);
    }
}
