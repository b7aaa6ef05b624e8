// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// [RangeSet] against a bit set, on seeded random operations.
class RangeSetTests {
    @Test
    void joinsAdjacentRanges() {
        var set = new RangeSet();
        set.add(0, 10);
        set.add(20, 30);
        set.add(10, 20);
        assertThat(set.toString()).isEqualTo("{0..30}");
        assertThat(set.highest()).isEqualTo(30);
    }

    @Test
    void addsWhatAnotherSetLacks() {
        var sent = new RangeSet();
        sent.add(10, 20);
        sent.add(30, 40);
        var pending = new RangeSet();
        pending.addExcept(5, 50, sent);
        assertThat(pending.toString()).isEqualTo("{5..10, 20..30, 40..50}");
    }

    @Test
    void agreesWithABitSet() {
        var random = new Random(7);
        for (int round = 0; round < 300; round++) {
            var set = new RangeSet();
            var bits = new BitSet();
            for (int step = 0; step < 60; step++) {
                int from = random.nextInt(200);
                int to = from + random.nextInt(40);
                if (random.nextInt(3) > 0) {
                    set.add(from, to);
                    bits.set(from, to);
                } else {
                    set.remove(from, to);
                    bits.clear(from, to);
                }
                assertThat(set.total()).isEqualTo(bits.cardinality());
                assertThat(set.highest()).isEqualTo(bits.length());
                int probe = random.nextInt(200);
                int end = probe + 1 + random.nextInt(20);
                assertThat(set.contains(probe, end)).isEqualTo(bits.nextClearBit(probe) >= end);
            }
        }
    }
}
