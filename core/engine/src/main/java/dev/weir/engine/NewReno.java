// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// NewReno of RFC 9002 section 7, with one difference: the window grows whenever at least half of it was in use.
/// Kwik's own grows only if fewer than four bytes of it were free, which whole DATAGRAM packets never reach.
public final class NewReno implements CongestionControl {
    /// Packet size that windows are counted in, bytes.
    static final long PACKET = 1252;
    /// Initial window: 256 packets. Ten (RFC 9002 section 7.2) is less than one key frame of 720p video, so that every stream
    /// would begin with a stall. A relay does not burst by itself: its copies come at the pace of the publisher's packets.
    static final long INITIAL_WINDOW = 256 * PACKET;
    private static final long MINIMUM_WINDOW = 2 * PACKET;
    private static final long MAXIMUM_WINDOW = 64L << 20;

    private long window;
    private long slowStartThreshold = Long.MAX_VALUE;
    private long recoveryStartNanos = Long.MIN_VALUE;

    /// With the initial window above.
    public NewReno() {
        this(INITIAL_WINDOW);
    }

    /// @param initialWindow bytes; two packets at least
    public NewReno(long initialWindow) {
        window = Math.max(MINIMUM_WINDOW, initialWindow);
    }

    @Override
    public synchronized long window() {
        return window;
    }

    @Override
    public synchronized void acknowledged(long bytes, long sentNanos, long inFlightBefore) {
        boolean limited = inFlightBefore * 2 >= window;
        if (!limited || sentNanos <= recoveryStartNanos) {
            return;
        }
        long growth = window < slowStartThreshold ? bytes : Math.max(1, PACKET * bytes / window);
        window = Math.min(MAXIMUM_WINDOW, window + growth);
    }

    @Override
    public synchronized void lost(long sentNanos, long nowNanos) {
        if (sentNanos <= recoveryStartNanos) {
            return;
        }
        recoveryStartNanos = nowNanos;
        slowStartThreshold = Math.max(MINIMUM_WINDOW, window / 2);
        window = slowStartThreshold;
    }
}
