// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// The consumer against memory that looks as the kernel leaves it; `RingBufferIT` has the kernel itself.
class RingBufferTests {
    private static final int SIZE = 4096;
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;

    private final Arena arena = Arena.ofShared();
    private final MemorySegment consumer = arena.allocate(SIZE, 8);
    private final MemorySegment producer = arena.allocate(SIZE, 8);
    private final MemorySegment data = arena.allocate(2 * SIZE, 8);
    private final RingBuffer ring = new RingBuffer(arena, consumer, producer, data);
    private final List<Integer> seen = new ArrayList<>();

    @AfterEach
    void close() {
        ring.close();
    }

    @Test
    void nothingIsInAnEmptyBuffer() {
        assertThat(drain()).isZero();
        assertThat(ring.pending()).isZero();
    }

    @Test
    void recordsComeInOrderAndAreConsumed() {
        produce(7, 4, 0);
        produce(8, 12, 0);

        assertThat(ring.pending()).isEqualTo(16 + 24);
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly(7, 8);
        assertThat(ring.pending()).isZero();
        assertThat(drain()).isZero();
    }

    @Test
    void aDiscardedRecordIsPassedOver() {
        produce(1, 8, DISCARDED);
        produce(2, 8, 0);

        assertThat(drain()).isOne();
        assertThat(seen).containsExactly(2);
    }

    @Test
    void aRecordBeingWrittenHoldsUpThoseBehindIt() {
        produce(1, 8, 0);
        long busy = produce(2, 8, BUSY);
        produce(3, 8, 0);

        assertThat(drain()).isOne();
        assertThat(ring.pending()).isEqualTo(32);

        data.set(JAVA_INT, busy, 8);
        assertThat(drain()).isEqualTo(2);
        assertThat(seen).containsExactly(1, 2, 3);
    }

    @Test
    void positionsGoOnBeyondTheBuffersEnd() {
        long start = 1_000_000L * SIZE + SIZE - 8;
        consumer.set(JAVA_LONG, 0, start);
        producer.set(JAVA_LONG, 0, start);
        produce(5, 16, 0); // its header ends where the first mapping does, its content is in the second

        assertThat(drain()).isOne();
        assertThat(seen).containsExactly(5);
        assertThat(consumer.get(JAVA_LONG, 0)).isEqualTo(start + 24);
    }

    @Test
    void aRecordWhoseHandlerThrowsIsConsumed() {
        produce(1, 8, 0);
        produce(2, 8, 0);

        assertThatThrownBy(() -> ring.drain(_ -> {
                    throw new IllegalArgumentException("first");
                }))
                .hasMessage("first");
        assertThat(drain()).isOne();
        assertThat(seen).containsExactly(2);
    }

    @Test
    void aHandlerMustNotDrain() {
        produce(1, 8, 0);

        assertThatIllegalStateException().isThrownBy(() -> ring.drain(_ -> ring.drain(_ -> {})));
    }

    @Test
    void aClosedBufferIsNotRead() {
        ring.close();

        assertThatIllegalStateException().isThrownBy(this::drain);
    }

    private int drain() {
        return ring.drain(content -> seen.add(content.get(JAVA_INT, 0)));
    }

    /// @return where its header is
    private long produce(int number, int length, int bits) {
        long position = producer.get(JAVA_LONG, 0);
        long at = position % SIZE;
        data.set(JAVA_INT, at, length | bits);
        data.set(JAVA_INT, at + 8, number);
        producer.set(JAVA_LONG, 0, position + 8 + (length + 7) / 8 * 8);
        return at;
    }
}
