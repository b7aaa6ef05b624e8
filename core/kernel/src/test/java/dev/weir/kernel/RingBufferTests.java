// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A ring buffer in plain memory, with the test for a program.
class RingBufferTests {
    private static final int SIZE = 4096;
    private static final int RECORD = 16;
    private static final int BUSY = 1 << 31;
    private static final VarHandle HEADER = ValueLayout.JAVA_INT.varHandle();
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();

    private final Arena arena = Arena.ofShared();
    private final MemorySegment consumer = arena.allocate(8, 8);
    private final MemorySegment producer = arena.allocate(8, 8);
    private final MemorySegment data = arena.allocate(2 * SIZE, 8);
    private final RingBuffer ring = new RingBuffer(arena, consumer, producer, data);

    @AfterEach
    void close() {
        ring.close();
    }

    private void record(int index, boolean written) {
        long at = (long) index * RECORD;
        data.set(ValueLayout.JAVA_LONG, at + 8, index);
        HEADER.setRelease(data, at, 8 | (written ? 0 : BUSY));
        POSITION.setRelease(producer, 0L, at + RECORD);
    }

    @Test
    void waitsForARecordThatIsBeingWrittenSinceTheNextMayBeComplete() throws Exception {
        record(0, true);
        record(1, false);
        record(2, true);
        var writer = new Thread(() -> {
            while ((long) POSITION.getAcquire(consumer, 0L) < RECORD) {
                Thread.onSpinWait();
            }
            LockSupport.parkNanos(1_000_000); // the reader is at the record by now
            HEADER.setRelease(data, (long) RECORD, 8);
        });
        writer.start();
        List<Long> read = new ArrayList<>();
        int count = ring.drain(content -> read.add(content.get(ValueLayout.JAVA_LONG, 0)));
        writer.join();
        assertThat(count).isEqualTo(3);
        assertThat(read).containsExactly(0L, 1L, 2L);
    }

    @Test
    void doesNotWaitForEver() {
        record(0, true);
        record(1, false);
        assertThat(ring.drain(content -> {})).isEqualTo(1);
        assertThat(ring.pending()).isEqualTo(RECORD);
    }
}
