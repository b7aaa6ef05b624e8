// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Cells;
import tech.kwik.core.send.PacketNumberGenerator;

/// Kwik's packet numbers of the 1-RTT space, drawn from the cell that the kernel draws from too (DESIGN rule 1).
/// Remembers which ones Kwik drew, so that an ACK can be narrowed to those.
///
/// Only Kwik's sender thread draws; [#drawnIn] may be called on any thread.
final class SharedPacketNumbers extends PacketNumberGenerator {
    private static final int REMEMBERED = 1 << 14;

    private final Cells cells;
    private final long[] drawn = new long[REMEMBERED];
    private int count;
    private volatile long latest = -1;

    SharedPacketNumbers(Cells cells) {
        this.cells = cells;
    }

    @Override
    public synchronized long nextPacketNumber() {
        long number = cells.drawPacketNumber();
        drawn[count++ & REMEMBERED - 1] = number;
        latest = number;
        return number;
    }

    /// Never gives back: the number may be used once only, and the kernel may have drawn the next one.
    @Override
    public synchronized void restorePacketNumber() {
        cells.notUsed();
    }

    /// The packet number that the sender thread is building a packet with.
    long latest() {
        return latest;
    }

    /// The largest number in `[from, to]` that Kwik drew, or -1. Binary search over what is remembered, which ascends.
    synchronized long largestDrawnIn(long from, long to) {
        int low = Math.max(0, count - REMEMBERED);
        int high = count;
        while (low < high) {
            int middle = low + high >>> 1;
            if (drawn[middle & REMEMBERED - 1] <= to) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        if (low == 0 || low == count - REMEMBERED) {
            return -1;
        }
        long found = drawn[low - 1 & REMEMBERED - 1];
        return found >= from ? found : -1;
    }

    /// The smallest number that is still remembered, 0 if none was forgotten.
    synchronized long oldestRemembered() {
        return count <= REMEMBERED ? 0 : drawn[count & REMEMBERED - 1];
    }
}
