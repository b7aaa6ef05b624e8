// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;

/// Packet numbers of one connection that were left out on purpose. A peer that acknowledges what it has not received, to be sent
/// more than its path takes, sooner or later acknowledges one of them (RFC 9000 section 21.4). An honest peer never does, however
/// late; so the oldest may be forgotten.
///
/// Guarded by the engine's lock. Memory and time do not depend on what the peer sends: the last [#REMEMBERED] gaps are looked up in an
/// ACK by binary search.
final class SkippedNumbers {
    /// Gaps remembered.
    static final int REMEMBERED = 64;
    /// After this many numbers drawn one is left out, at least and at most.
    static final int SHORTEST_RUN = 32;
    static final int LONGEST_RUN = 512;

    private final RandomGenerator random;
    private final long[] starts = new long[REMEMBERED];
    private final long[] ends = new long[REMEMBERED];
    private int count;
    private long nextSkip;

    SkippedNumbers(RandomGenerator random) {
        this.random = random;
        nextSkip = run();
    }

    private long run() {
        return random.nextLong(SHORTEST_RUN, LONGEST_RUN + 1);
    }

    /// Leaves out one number if it is time again. Call it often.
    ///
    /// @return numbers left out, 0 or 1
    int skipSometimes(Cells cells) {
        if (cells.nextPacketNumber() < nextSkip) {
            return 0;
        }
        long number = cells.leaveOutNext();
        remember(number, number);
        nextSkip = number + 1 + run();
        return 1;
    }

    /// Leaves out all numbers below `minimum` that were not drawn yet.
    ///
    /// @param first hears the next number to be drawn before user space can draw it
    /// @return how many
    long skipTo(Cells cells, long minimum, LongConsumer first) {
        long left = cells.skipTo(minimum, first);
        if (left > 0) {
            remember(minimum - left, minimum - 1);
        }
        return left;
    }

    private void remember(long first, long last) {
        starts[count % REMEMBERED] = first;
        ends[count % REMEMBERED] = last;
        count++;
    }

    /// Looks for a number in an ACK that was left out.
    ///
    /// @param ranges smallest and largest packet number of each range, largest range first
    /// @return one such number, or -1
    long in(long[] ranges) {
        for (int i = Math.max(0, count - REMEMBERED); i < count; i++) {
            long found = covered(ranges, starts[i % REMEMBERED], ends[i % REMEMBERED]);
            if (found >= 0) {
                return found;
            }
        }
        return -1;
    }

    /// The range with the largest numbers that begins at or below `last` is the only one that can end at or above `first`.
    private static long covered(long[] ranges, long first, long last) {
        int low = 0;
        int high = ranges.length / 2;
        while (low < high) {
            int middle = low + high >>> 1;
            if (ranges[2 * middle] > last) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return 2 * low < ranges.length && ranges[2 * low + 1] >= first ? Math.min(last, ranges[2 * low + 1]) : -1;
    }
}
