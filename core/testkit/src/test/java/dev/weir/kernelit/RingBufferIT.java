// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.MonotonicClock;
import dev.weir.kernel.ProgTestRun;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.kernel.RingBuffer;
import dev.weir.testkit.RequiresRoot;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@RequiresRoot
class RingBufferIT {
    private static final int RECORD = 200;
    private static final int SUBMIT = 0;
    private static final int DISCARD = 1;

    private final List<Integer> seen = new ArrayList<>();
    private LoadedObject object;
    private RingBuffer ring;

    @BeforeEach
    void open() {
        object = TestObject.load();
        ring = RingBuffer.of(object.map("records"));
    }

    @AfterEach
    void close() {
        ring.close();
        object.close();
    }

    @Test
    void recordsArriveInOrderManyTimesRoundTheBuffer() {
        int number = 0;
        for (int round = 0; round < 200; round++) {
            for (int i = 0; i < 7; i++) {
                assertThat(write(number++, SUBMIT)).isZero();
            }
            assertThat(ring.pending()).isEqualTo(7 * (RECORD + 8));
            assertThat(drain()).isEqualTo(7);
        }

        assertThat(seen).hasSize(1400).isSorted().doesNotHaveDuplicates().endsWith(1399);
    }

    @Test
    void aFullBufferRefusesAndRecoversWhenDrained() {
        int written = 0;
        while (write(written, SUBMIT) == 0) {
            written++;
        }

        assertThat(written).isEqualTo(4096 / (RECORD + 8));
        assertThat(drain()).isEqualTo(written);
        assertThat(write(99, SUBMIT)).isZero();
        assertThat(drain()).isOne();
    }

    @Test
    void discardedRecordsAreNotDelivered() {
        write(1, SUBMIT);
        write(2, DISCARD);
        write(3, SUBMIT);

        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly(1, 3);
        assertThat(ring.pending()).isZero();
    }

    @Test
    void programsAndJavaReadTheSameClock() {
        var times = new ArrayList<Long>();
        long before = MonotonicClock.nanos();
        write(1, SUBMIT);
        long after = MonotonicClock.nanos();

        ring.drain(record -> times.add(record.get(JAVA_LONG, 0)));

        assertThat(times).hasSize(1).allSatisfy(time -> assertThat(time).isBetween(before, after));
    }

    @Test
    void aNewConsumerGoesOnWhereTheOneBeforeItStopped() {
        write(1, SUBMIT);
        drain();
        write(2, SUBMIT);
        ring.close();
        ring = RingBuffer.of(object.map("records"));

        assertThat(drain()).isOne();
        assertThat(seen).containsExactly(1, 2);
    }

    @Test
    void anotherMapIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RingBuffer.of(object.map("pairs")))
                .withMessage("Map pairs is no ring buffer.");
    }

    private int write(int number, int disposal) {
        return ProgTestRun.run(
                        object.program("write_record"), TestObject.packet(number, disposal), TestContext.LOOPBACK, 1)
                .returnValue();
    }

    private int drain() {
        return ring.drain(this::take);
    }

    private void take(MemorySegment record) {
        assertThat(record.byteSize()).isEqualTo(RECORD);
        assertThat(record.isReadOnly()).isTrue();
        int number = record.get(JAVA_INT, 8);
        assertThat(record.get(JAVA_INT, RECORD - 4)).isEqualTo(~number);
        seen.add(number);
    }
}
