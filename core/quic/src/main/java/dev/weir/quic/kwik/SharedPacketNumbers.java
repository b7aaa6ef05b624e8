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
    private long count;
    private volatile long latest = -1;

    SharedPacketNumbers(Cells cells) {
        this.cells = cells;
    }

    /// Where the number with this ordinal is remembered.
    private static int place(long ordinal) {
        return (int) (ordinal & REMEMBERED - 1);
    }

    @Override
    public synchronized long nextPacketNumber() {
        long number = cells.drawPacketNumber();
        drawn[place(count++)] = number;
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
        long at = indexOfLargest(to);
        return at >= 0 && drawn[place(at)] >= from ? drawn[place(at)] : -1;
    }

    /// The smallest number of the run of numbers without a gap that ends with `last`, which Kwik drew, and not below `from`. Binary
    /// search as well: in a run the numbers are as far apart as their places.
    synchronized long startOfRun(long from, long last) {
        long at = indexOfLargest(last);
        long low = Math.max(Math.max(0, count - REMEMBERED), at - (last - from));
        long high = at;
        while (low < high) {
            long middle = low + high >>> 1;
            if (last - drawn[place(middle)] == at - middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return last - (at - high);
    }

    /// Where the largest number up to `to` stands among all drawn; -1: none that is remembered.
    private long indexOfLargest(long to) {
        long oldest = Math.max(0, count - REMEMBERED);
        long low = oldest;
        long high = count;
        while (low < high) {
            long middle = low + high >>> 1;
            if (drawn[place(middle)] <= to) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == oldest ? -1 : low - 1;
    }

    /// The smallest number that is still remembered, 0 if none was forgotten.
    synchronized long oldestRemembered() {
        return count <= REMEMBERED ? 0 : drawn[place(count)];
    }
}
