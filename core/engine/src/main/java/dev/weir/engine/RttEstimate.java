// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// Round-trip time of one connection in nanoseconds (RFC 9002 section 5). Kwik's own counts whole milliseconds, which is
/// zero on a LAN. Not thread-safe.
final class RttEstimate {
    private static final long GRANULARITY = 1_000_000;
    private static final long INITIAL = 100_000_000;
    private long smoothed;
    private long variation;
    private long latest;
    private long minimum = Long.MAX_VALUE;
    private boolean sampled;

    void sample(long rttNanos, long ackDelayNanos) {
        if (rttNanos <= 0) {
            return;
        }
        minimum = Math.min(minimum, rttNanos);
        latest = rttNanos;
        long adjusted = rttNanos >= minimum + ackDelayNanos ? rttNanos - ackDelayNanos : rttNanos;
        if (!sampled) {
            sampled = true;
            smoothed = adjusted;
            variation = adjusted / 2;
            return;
        }
        variation = (3 * variation + Math.abs(smoothed - adjusted)) / 4;
        smoothed = (7 * smoothed + adjusted) / 8;
    }

    long smoothed() {
        return sampled ? smoothed : INITIAL;
    }

    /// After this time an unacknowledged packet sent before an acknowledged one is lost (RFC 9002 section 6.1.2).
    long lossDelay() {
        return Math.max(GRANULARITY, Math.max(smoothed(), latest) * 9 / 8);
    }

    /// Probe timeout (RFC 9002 section 6.2.1).
    ///
    /// @param maxAckDelayNanos the peer's max_ack_delay
    long probeTimeout(long maxAckDelayNanos) {
        long deviation = sampled ? variation : INITIAL / 2;
        return smoothed() + Math.max(4 * deviation, GRANULARITY) + maxAckDelayNanos;
    }
}
