// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// What a policy may know about one subscriber's connection at the moment of a decision. A snapshot: it is stale as soon
/// as it is made, and the data plane may have spent the headroom since.
///
/// @param subscriberPriority what the subscriber asked for with SUBSCRIBER_PRIORITY, 0 to 255, lower is more urgent
/// @param congestionWindow bytes that may be in flight
/// @param bytesInFlight bytes sent and neither acknowledged nor lost; may exceed the window after it has shrunk
/// @param smoothedRttNanos smoothed round-trip time in nanoseconds; 0 before the first sample
public record LaneView(int subscriberPriority, long congestionWindow, long bytesInFlight, long smoothedRttNanos) {
    /// Bytes that the congestion window still takes; never negative.
    public long headroom() {
        return Math.max(0, congestionWindow - bytesInFlight);
    }
}
