// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DelayLineTests {
    private static final long MILLISECOND = 1_000_000;

    @Test
    void keepsEveryPacketForTheFixedTime() {
        var line = new DelayLine<String>(() -> Delay.of(1, Duration.ofMillis(20)), 1);
        line.add("a", 0);
        line.add("b", 5 * MILLISECOND);

        assertThat(line.nextNanos()).isEqualTo(20 * MILLISECOND);
        assertThat(line.take(20 * MILLISECOND - 1)).isEmpty();
        assertThat(line.take(20 * MILLISECOND)).containsExactly("a");
        assertThat(line.take(25 * MILLISECOND)).containsExactly("b");
        assertThat(line.nextNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void jitterKeepsTheOrder() {
        var delay = new Delay(7, Duration.ofMillis(5), Duration.ofMillis(50), 0, Duration.ZERO);

        assertThat(throughLine(delay, 7)).isSorted().hasSize(1000);
    }

    @Test
    void reorderingLosesNothingAndRepeatsWithItsSeed() {
        var delay = new Delay(7, Duration.ofMillis(5), Duration.ZERO, 10, Duration.ofMillis(100));
        List<Integer> once = throughLine(delay, 7);

        assertThat(once).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1000).boxed().toList());
        assertThat(once).isEqualTo(throughLine(delay, 7)).isNotEqualTo(throughLine(delay, 8));
        long overtaken = IntStream.range(1, once.size()).filter(index -> once.get(index) < once.get(index - 1)).count();
        assertThat(overtaken).isBetween(50L, 150L);
    }

    @Test
    void anotherDelayConcernsWhatComesLater() {
        var delay = new AtomicReference<>(Delay.of(1, Duration.ofMillis(20)));
        var line = new DelayLine<String>(delay::get, 1);
        line.add("slow", 0);
        delay.set(Delay.of(1, Duration.ZERO));
        line.add("behind it", MILLISECOND);

        assertThat(line.take(20 * MILLISECOND - 1)).isEmpty();
        assertThat(line.take(20 * MILLISECOND)).containsExactly("slow", "behind it");
        line.add("at once", 21 * MILLISECOND);
        assertThat(line.take(21 * MILLISECOND)).containsExactly("at once");
    }

    @Test
    void burstsDoNotOvertakeAPacketByMoreThanAQuicStackRemembers() {
        var delay = new Delay(7, Duration.ZERO, Duration.ZERO, 10, Duration.ofMillis(30));
        var line = new DelayLine<Integer>(() -> delay, 7);
        IntStream.range(0, 1000).forEach(number -> line.add(number, number));
        List<Integer> out = line.take(Long.MAX_VALUE);

        assertThat(out).containsExactlyInAnyOrderElementsOf(IntStream.range(0, 1000).boxed().toList());
        int largest = 0;
        int mostOvertakers = 0;
        for (int position = 0; position < out.size(); position++) {
            int number = out.get(position);
            largest = Math.max(largest, number);
            mostOvertakers = Math.max(mostOvertakers, largest - number);
        }
        assertThat(mostOvertakers).isBetween(DelayLine.MOST_OVERTAKERS / 2, DelayLine.MOST_OVERTAKERS);
    }

    private static List<Integer> throughLine(Delay delay, long seed) {
        var line = new DelayLine<Integer>(() -> delay, seed);
        var out = new ArrayList<Integer>();
        for (int number = 0; number < 1000; number++) {
            line.add(number, number * MILLISECOND);
            out.addAll(line.take(number * MILLISECOND));
        }
        out.addAll(line.take(Long.MAX_VALUE));
        return out;
    }
}
