// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// One subscriber's connection, as a policy sees it at the moment of a decision.
///
/// @param subscriberPriority 0 to 255, lower is more urgent
/// @param congestionWindow bytes
/// @param bytesInFlight bytes
/// @param smoothedRttNanos round-trip time in nanoseconds
public record LaneView(int subscriberPriority, long congestionWindow, long bytesInFlight, long smoothedRttNanos) {
    /// Bytes of the congestion window that are free, never negative.
    public long headroom() {
        return Math.max(0, congestionWindow - bytesInFlight);
    }
}
