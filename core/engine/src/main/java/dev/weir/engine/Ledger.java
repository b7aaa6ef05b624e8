// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the kernel sent on one connection and what became of it: sent, acknowledged or lost. Kept in primitive arrays,
/// a ring indexed by packet number; Kwik's loss detector, at 4 µs and 2 KB a packet, never sees these packets.
///
/// Not thread-safe. Packet numbers drawn by user space are simply not in it.
final class Ledger {
    /// Marks a DATAGRAM packet in place of a stream ID.
    static final long NO_STREAM = -1;

    private static final int REORDERING_THRESHOLD = 3;
    private static final int FIN = 1 << 31;

    /// Hears what a packet carried when its fate is known.
    interface Fate {
        /// One STREAM frame of the packet.
        void stream(long streamId, long offset, int length, boolean fin);

        /// The packet itself, before what it carried.
        default void packet(long number) {}

        /// The packet carried DATAGRAM frames.
        void datagrams(int frames);
    }

    private long[] numbers;
    private long[] sentNanos;
    private int[] sizes;
    private long[] streamIds;
    private long[] offsets;
    private int[] lengths;
    private final Map<Long, long[]> furtherFrames = new HashMap<>();
    private long lowest;
    private long top;
    private int outstanding;
    private int outstandingDatagrams;
    private long largestAcknowledged = -1;
    private long latestSentNanos;
    private long newestAcknowledgedNanos;

    Ledger() {
        this(1024);
    }

    Ledger(int capacity) {
        numbers = new long[capacity];
        Arrays.fill(numbers, -1);
        sentNanos = new long[capacity];
        sizes = new int[capacity];
        streamIds = new long[capacity];
        offsets = new long[capacity];
        lengths = new int[capacity];
    }

    /// Number of packets whose fate is open.
    int outstanding() {
        return outstanding;
    }

    /// Number of DATAGRAM frames in packets whose fate is open.
    int outstandingDatagrams() {
        return outstandingDatagrams;
    }

    /// Packet numbers from the oldest packet whose fate is open on: what memory and the time of a walk follow when the next is registered.
    ///
    /// @param next the connection's next packet number
    long span(long next) {
        return outstanding == 0 ? 0 : next - lowest;
    }

    /// When the newest of those packets was sent that the last [#acknowledge] has settled; 0 if it has settled none.
    long newestAcknowledgedNanos() {
        return newestAcknowledgedNanos;
    }

    long latestSentNanos() {
        return latestSentNanos;
    }

    /// Registers a packet with its first frame.
    ///
    /// @param streamId [#NO_STREAM] for DATAGRAM frames, then `length` counts them
    void sent(long number, long nanos, int size, long streamId, long offset, int length, boolean fin) {
        if (outstanding == 0) {
            lowest = number;
        }
        lowest = Math.min(lowest, number);
        top = Math.max(top, number + 1);
        while (top - lowest > numbers.length) {
            grow();
        }
        int at = index(number);
        numbers[at] = number;
        sentNanos[at] = nanos;
        sizes[at] = size;
        streamIds[at] = streamId;
        offsets[at] = offset;
        lengths[at] = length | (fin ? FIN : 0);
        latestSentNanos = Math.max(latestSentNanos, nanos);
        outstanding++;
        outstandingDatagrams += streamId == NO_STREAM ? length : 0;
    }

    /// Adds a further STREAM frame, or DATAGRAM frames as in [#sent], to the packet registered last with this number.
    void alsoSent(long number, long streamId, long offset, int length, boolean fin) {
        outstandingDatagrams += streamId == NO_STREAM ? length : 0;
        furtherFrames.merge(number, new long[] {streamId, offset, length | (fin ? (long) FIN : 0L)}, (a, b) -> {
            long[] joined = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, joined, a.length, b.length);
            return joined;
        });
    }

    /// When the packet was sent, or 0 if it is not outstanding here.
    long sentAt(long number) {
        return isOutstanding(number) ? sentNanos[index(number)] : 0;
    }

    /// Walks an ACK range; the cost is bounded by what is outstanding, not by the range's width.
    ///
    /// @return bytes newly acknowledged
    long acknowledge(long from, long to, Fate fate) {
        largestAcknowledged = Math.max(largestAcknowledged, to);
        newestAcknowledgedNanos = 0;
        long bytes = 0;
        long last = Math.min(to, top - 1);
        for (long n = Math.max(from, lowest); n <= last && outstanding > 0; n++) {
            if (isOutstanding(n)) {
                bytes += sizes[index(n)];
                newestAcknowledgedNanos = Math.max(newestAcknowledgedNanos, sentNanos[index(n)]);
                settle(n, fate);
            }
        }
        advance();
        return bytes;
    }

    /// Declares lost what was sent before an acknowledged packet and is three packets or `lossDelay` older
    /// (RFC 9002 section 6.1).
    ///
    /// @return bytes lost, and in `newestSent[0]` when the newest lost packet was sent
    long detectLost(long nowNanos, long lossDelay, long[] newestSent, Fate fate) {
        long bytes = 0;
        long last = Math.min(largestAcknowledged, top - 1);
        for (long n = lowest; n <= last && outstanding > 0; n++) {
            if (!isOutstanding(n)) {
                continue;
            }
            int at = index(n);
            if (n <= largestAcknowledged - REORDERING_THRESHOLD || sentNanos[at] <= nowNanos - lossDelay) {
                bytes += sizes[at];
                newestSent[0] = Math.max(newestSent[0], sentNanos[at]);
                settle(n, fate);
            }
        }
        advance();
        return bytes;
    }

    private void settle(long number, Fate fate) {
        int at = index(number);
        numbers[at] = -1;
        outstanding--;
        fate.packet(number);
        settle(streamIds[at], offsets[at], lengths[at], fate);
        long @Nullable [] more = furtherFrames.isEmpty() ? null : furtherFrames.remove(number);
        if (more != null) {
            for (int i = 0; i < more.length; i += 3) {
                settle(more[i], more[i + 1], (int) more[i + 2], fate);
            }
        }
    }

    private void settle(long streamId, long offset, int lengthAndFin, Fate fate) {
        int length = lengthAndFin & ~FIN;
        if (streamId == NO_STREAM) {
            outstandingDatagrams -= length;
            fate.datagrams(length);
        } else {
            fate.stream(streamId, offset, length, (lengthAndFin & FIN) != 0);
        }
    }

    private void advance() {
        if (outstanding == 0) {
            lowest = top;
            return;
        }
        while (lowest < top && !isOutstanding(lowest)) {
            lowest++;
        }
    }

    private boolean isOutstanding(long number) {
        return number >= lowest && number < top && numbers[index(number)] == number;
    }

    private int index(long number) {
        return (int) (number & (numbers.length - 1));
    }

    private void grow() {
        var bigger = new Ledger(numbers.length * 2);
        for (int i = 0; i < numbers.length; i++) {
            if (numbers[i] >= 0) {
                int at = bigger.index(numbers[i]);
                bigger.numbers[at] = numbers[i];
                bigger.sentNanos[at] = sentNanos[i];
                bigger.sizes[at] = sizes[i];
                bigger.streamIds[at] = streamIds[i];
                bigger.offsets[at] = offsets[i];
                bigger.lengths[at] = lengths[i];
            }
        }
        numbers = bigger.numbers;
        sentNanos = bigger.sentNanos;
        sizes = bigger.sizes;
        streamIds = bigger.streamIds;
        offsets = bigger.offsets;
        lengths = bigger.lengths;
    }
}
