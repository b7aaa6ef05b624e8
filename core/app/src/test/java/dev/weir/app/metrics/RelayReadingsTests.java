// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.view.RelayView;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RelayReadingsTests {
    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger read = new AtomicInteger();
    private final RelayReadings readings = new RelayReadings(
            () -> new RelayReading(
                    Map.of("read", (long) read.incrementAndGet()),
                    new RelayView("userspace", "auto", false, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
                    List.of(), List.of(), List.of(), List.of()),
            now::get);

    @Test
    void readsOnceHoweverManyAsk() {
        for (int i = 0; i < 1000; i++) {
            assertThat(readings.latest().count("read")).isEqualTo(1);
        }
        assertThat(readings.latest().count("unknown")).isZero();
    }

    @Test
    void readsAgainWhenTheLastReadingIsOld() {
        readings.latest();
        now.addAndGet(RelayReadings.FRESH_NANOS + 1);

        assertThat(readings.latest().count("read")).isEqualTo(2);
    }
}
