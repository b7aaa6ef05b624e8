// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.Deque;

/// Which rows of the kernel's lane table are taken. Connections beyond its size get numbers that no table has.
final class LaneSlots {
    /// A slot is not used again before this time after its connection ended, so that no program run that still holds it
    /// can meet its successor.
    private static final long QUARANTINE_NANOS = 1_000_000_000L;

    private record Retired(int slot, long freeAtNanos) {}

    private final int size;
    private final BitSet used = new BitSet();
    private final Deque<Retired> retired = new ArrayDeque<>();
    private int nextUnshared = 1 << 20;

    /// @param size rows of the table; 0 without a kernel
    LaneSlots(int size) {
        this.size = size;
    }

    int size() {
        return size;
    }

    /// @return a free slot; at least [#size] if there is none
    int take() {
        int slot = used.nextClearBit(0);
        if (slot >= size) {
            return nextUnshared++;
        }
        used.set(slot);
        return slot;
    }

    /// The connection of a slot has ended.
    ///
    /// @param now CLOCK_MONOTONIC in nanoseconds
    void retire(int slot, long now) {
        if (slot < size) {
            retired.add(new Retired(slot, now + QUARANTINE_NANOS));
        }
    }

    /// Frees slots whose quarantine is over.
    ///
    /// @param now CLOCK_MONOTONIC in nanoseconds
    void tick(long now) {
        while (!retired.isEmpty() && retired.getFirst().freeAtNanos <= now) {
            used.clear(retired.removeFirst().slot);
        }
    }
}
