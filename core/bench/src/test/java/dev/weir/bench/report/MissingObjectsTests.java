// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.wire.moqt.Location;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

class MissingObjectsTests {
    private final List<TransferredObject> sent = IntStream.range(0, 10)
            .mapToObj(object -> new TransferredObject(new Location(object / 5, object % 5), 100, object))
            .toList();

    @Test
    void nothingIsMissingWhenEverythingCame() {
        assertThat(missing(sent, Map.of()).byReason()).isEmpty();
    }

    @Test
    void everyMissingObjectHasOneReason() {
        List<TransferredObject> received = sent.stream()
                .filter(object -> object.location().group() != 1 || object.location().object() < 1)
                .map(object -> object.crc32c() == 0 ? new TransferredObject(object.location(), 100, 77) : object)
                .toList();

        MissingObjects missing = missing(received, Map.of());
        assertThat(missing.explain("sink", 1)).isEqualTo(1);
        assertThat(missing.explain("relay_queue_full", 2)).isEqualTo(2);

        assertThat(missing.byReason()).isEqualTo(Map.of("altered", 1L, "sink", 1L, "relay_queue_full", 2L, "unexplained", 1L));
        assertThat(missing.explain("relay_queue_full", 9)).isEqualTo(1);
        assertThat(missing.explain("relay_queue_full", 9)).isZero();
        assertThat(missing.locations().getFirst()).isEqualTo(new Location(0, 0));
    }

    @Test
    void aResetStreamExplainsItsGroup() {
        List<TransferredObject> received = sent.subList(0, 7);

        assertThat(missing(received, Map.of(1L, 2L)).byReason()).isEqualTo(Map.of("stream_reset_0x2", 3L));
    }

    @Test
    void theWarmUpIsLeftOutOfWhatIsMeasured() {
        List<TransferredObject> received = sent.stream().filter(object -> object.location().object() >= 2).toList();
        MissingObjects missing = missing(received, Map.of(), 1);

        assertThat(missing.byReasonMeasured()).isEqualTo(Map.of("unexplained", 2L));
        missing.explain("network", 4);
        assertThat(missing.byReasonMeasured()).isEqualTo(Map.of("network", 2L));
        assertThat(missing.byReason()).isEqualTo(Map.of("network", 4L));
    }

    @Test
    void severalCountsShareWhatIsMeasured() {
        MissingObjects missing = missing(sent.subList(4, 6), Map.of(), 1); // 4 of the warm-up, 4 of the measured group
        missing.explain("network", 5);
        missing.explain("relay_queue_full", 2);

        assertThat(missing.byReasonMeasured().values().stream().mapToLong(Long::longValue).sum()).isEqualTo(4);
        assertThat(missing.byReasonMeasured()).isEqualTo(Map.of("network", 3L, "relay_queue_full", 1L));
        assertThat(missing.byReason()).isEqualTo(Map.of("network", 5L, "relay_queue_full", 2L, "unexplained", 1L));
    }

    @Test
    void whatTheSubscriberKnowsIsOfItsObject() {
        assertThat(missing(sent.subList(2, 7), Map.of(0L, 1L, 1L, 2L), 1).byReasonMeasured()).isEqualTo(Map.of("stream_reset_0x2", 3L));
        assertThat(missing(sent, Map.of(), 1).byReasonMeasured()).isEmpty();
    }

    private MissingObjects missing(List<TransferredObject> received, Map<Long, Long> resets) {
        return missing(received, resets, 0);
    }

    private MissingObjects missing(List<TransferredObject> received, Map<Long, Long> resets, long firstMeasuredGroup) {
        Map<Location, TransferredObject> byLocation =
                received.stream().collect(Collectors.toMap(TransferredObject::location, Function.identity()));
        return MissingObjects.between(new PublishedTrack(sent, new byte[32], Map.of(), 2, Map.of(), Map.of()),
                new ReceivedTrack(byLocation, 0, 0, 2, 0, resets, 0, new Histogram(3), new byte[32], List.of(), 0, FrameCounts.NONE),
                firstMeasuredGroup);
    }
}
