// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Which packet numbers are left out, and that an ACK for one of them is found, whatever else the ACK says.
class SkippedNumbersTests {
    private final Cells cells = Cells.privateCells();
    private final SkippedNumbers skipped = new SkippedNumbers(new Random(7));
    private final TreeSet<Long> sent = new TreeSet<>();

    private void send(int packets) {
        for (int i = 0; i < packets; i++) {
            sent.add(cells.drawPacketNumber());
            skipped.skipSometimes(cells);
        }
    }

    @Test
    void leavesOutNumbersNowAndThen() {
        send(100_000);
        long left = cells.nextPacketNumber() - sent.size();
        assertThat(left).isBetween(100_000L / SkippedNumbers.LONGEST_RUN, 100_000L / SkippedNumbers.SHORTEST_RUN);
    }

    @Test
    void findsWhatWasNeverSentAndNothingElse() {
        send(5000);
        for (long number = 0; number < cells.nextPacketNumber(); number++) {
            long[] ack = {number, number};
            assertThat(skipped.in(ack)).as("number %d", number).isEqualTo(sent.contains(number) ? -1 : number);
        }
    }

    @Test
    void passesAnHonestAckOfManyRanges() {
        send(5000);
        assertThat(skipped.in(rangesOf(sent))).isEqualTo(-1);
        long missing = 0;
        while (sent.contains(missing)) {
            missing++;
        }
        sent.add(missing);
        assertThat(skipped.in(rangesOf(sent))).isEqualTo(missing);
    }

    @Test
    void findsANumberThatAKeyUpdateLeftOut() {
        send(10);
        assertThat(skipped.skipTo(cells, 1000, next -> {})).isEqualTo(990);
        cells.skipTo(1006);
        assertThat(skipped.in(new long[] {1000, 1005, 0, 9})).isEqualTo(-1);
        assertThat(skipped.in(new long[] {500, 500})).isEqualTo(500);
        assertThat(skipped.in(new long[] {1000, 1005, 900, 999, 0, 9})).isEqualTo(999);
    }

    @Test
    void forgetsTheOldestGapsOnly() {
        for (int i = 0; i < 2 * SkippedNumbers.REMEMBERED; i++) {
            skipped.skipTo(cells, 10L * i + 9, next -> {});
            sent.add(cells.drawPacketNumber());
        }
        assertThat(skipped.in(new long[] {0, 0})).isEqualTo(-1);
        assertThat(skipped.in(new long[] {10L * SkippedNumbers.REMEMBERED + 5, 10L * SkippedNumbers.REMEMBERED + 5}))
                .isPositive();
    }

    private static long[] rangesOf(TreeSet<Long> numbers) {
        var bounds = new ArrayList<Long>();
        for (long number : numbers.descendingSet()) {
            int last = bounds.size() - 2;
            if (last >= 0 && bounds.get(last) == number + 1) {
                bounds.set(last, number);
            } else {
                bounds.add(number);
                bounds.add(number);
            }
        }
        return bounds.stream().mapToLong(Long::longValue).toArray();
    }
}
