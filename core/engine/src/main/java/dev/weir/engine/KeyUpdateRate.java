// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// How often a peer may update its keys. For each update everybody waits until the program runs that are under way are over, and packet numbers
/// are left out; RFC 9001 section 6.5 asks peers to wait three probe timeouts between two.
///
/// Guarded by the engine's lock.
final class KeyUpdateRate {
    /// Updates at once.
    static final int BURST = 256;
    /// From then on.
    static final int PER_SECOND = 10;

    private static final long NANOS_PER_UPDATE = 1_000_000_000L / PER_SECOND;

    private int left = BURST;
    private long countedNanos;

    /// Another update.
    ///
    /// @return whether it may be
    boolean take(long nowNanos) {
        long earned = (nowNanos - countedNanos) / NANOS_PER_UPDATE;
        if (left + earned >= BURST) {
            left = BURST;
            countedNanos = nowNanos;
        } else {
            left += (int) earned;
            countedNanos += earned * NANOS_PER_UPDATE;
        }
        if (left == 0) {
            return false;
        }
        left--;
        return true;
    }
}
