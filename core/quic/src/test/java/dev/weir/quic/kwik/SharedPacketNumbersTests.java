// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Credit;
import dev.weir.abi.PacketNumberCell;
import dev.weir.engine.Cells;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Field;
import org.junit.jupiter.api.Test;

/// Packet numbers of user space beside those of the kernel.
class SharedPacketNumbersTests {
    private final MemorySegment cell = Arena.ofAuto().allocate(PacketNumberCell.LAYOUT);
    private final SharedPacketNumbers numbers =
            new SharedPacketNumbers(Cells.over(cell, Arena.ofAuto().allocate(Credit.LAYOUT)));

    private void kernelDraws(long count) {
        PacketNumberCell.next(cell, PacketNumberCell.next(cell) + count);
    }

    @Test
    void aNumberIsNeverGivenBack() {
        assertThat(numbers.nextPacketNumber()).isZero();
        numbers.restorePacketNumber(); // the packet was empty
        assertThat(PacketNumberCell.next(cell)).isEqualTo(1);
        kernelDraws(1);
        assertThat(numbers.nextPacketNumber()).isEqualTo(2);
    }

    @Test
    void tellsItsOwnNumbersFromTheKernels() {
        for (int run = 0; run < 10; run++) {
            for (int i = 0; i < 5; i++) {
                numbers.nextPacketNumber();
            }
            kernelDraws(5);
        }
        assertThat(numbers.largestDrawnIn(0, 1000)).isEqualTo(94);
        assertThat(numbers.largestDrawnIn(15, 19)).isEqualTo(-1);
        assertThat(numbers.startOfRun(0, 94)).isEqualTo(90);
        assertThat(numbers.startOfRun(92, 94)).isEqualTo(92);
        assertThat(numbers.oldestRemembered()).isZero();
    }

    @Test
    void goesOnAfterMorePacketsThanAnIntegerCounts() throws Exception {
        Field count = SharedPacketNumbers.class.getDeclaredField("count");
        count.setAccessible(true);
        count.setLong(numbers, Integer.MAX_VALUE - 2L); // as if so many had been drawn
        kernelDraws(Integer.MAX_VALUE);
        long first = numbers.nextPacketNumber();
        for (int i = 0; i < 20_000; i++) {
            numbers.nextPacketNumber();
        }
        long last = numbers.latest();

        assertThat(last).isEqualTo(first + 20_000);
        assertThat(numbers.largestDrawnIn(0, Long.MAX_VALUE)).isEqualTo(last);
        assertThat(numbers.startOfRun(last - 1000, last)).isEqualTo(last - 1000);
        assertThat(numbers.oldestRemembered()).isEqualTo(last - (1 << 14) + 1);
    }
}
