// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// What policies are told of the way to a subscriber: delay, jitter, loss. Not thread-safe.
public final class PathMeasure {
    private static final int MILLION = 1_000_000;
    /// Weight of one settled packet in the loss rate, as a power of two: 1/64.
    private static final int LOSS_SHIFT = 6;
    private static final int DELAY_SHIFT = 3;
    private static final int JITTER_SHIFT = 4;

    private long smoothedRtt;
    private long minimum = Long.MAX_VALUE;
    private long latest;
    private long delay;
    private long jitter;
    /// In millionths, with [#LOSS_SHIFT] bits behind the point so that small rates do not round to nothing.
    private long lossScaled;

    /// A round-trip time was measured.
    ///
    /// @param rttNanos the sample, without what the peer waited
    /// @param smoothedNanos the smoothed one, after it
    void sample(long rttNanos, long smoothedNanos) {
        if (rttNanos <= 0) {
            return;
        }
        smoothedRtt = smoothedNanos;
        minimum = Math.min(minimum, rttNanos);
        long above = rttNanos - minimum;
        delay += above - delay >> DELAY_SHIFT;
        if (latest != 0) {
            jitter += Math.abs(rttNanos - latest) - jitter >> JITTER_SHIFT;
        }
        latest = rttNanos;
    }

    /// Nothing is in flight any more, so nothing waits on the way: what the delay was says nothing about the next packets, of
    /// which there may be none for as long as a policy lets nothing pass.
    void drained() {
        delay = 0;
    }

    /// Packets were acknowledged or lost.
    void settled(int packets, boolean lost) {
        long target = lost ? (long) MILLION << LOSS_SHIFT : 0;
        for (int i = 0; i < Math.min(packets, 8 << LOSS_SHIFT); i++) {
            lossScaled += target - lossScaled >> LOSS_SHIFT;
        }
    }

    /// Smoothed round-trip time in nanoseconds; 0 before the first sample.
    public long smoothedRttNanos() {
        return smoothedRtt;
    }

    /// Round-trip time above the least one, moving average, nanoseconds; begins at 0 whenever nothing is in flight.
    public long delayNanos() {
        return delay;
    }

    /// Change from one round-trip time to the next, moving average, nanoseconds.
    public long jitterNanos() {
        return jitter;
    }

    /// Lost packets among those settled last, moving average, 0 to 1,000,000.
    public int lossPerMillion() {
        return (int) (lossScaled >> LOSS_SHIFT);
    }
}
