// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// What a policy may know about one subscriber's connection at the moment of a decision; in C it is `struct weir_lane`. A
/// snapshot: it is stale as soon as it is made, and the data plane may have spent the headroom since.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made for one question; it may be kept, and says how the connection was then.
///
/// **Failure.** None: what is not known yet is 0, and the class is [#DEFAULT_CLASS].
///
/// **Units and ranges.** Below.
///
/// @param nowNanos the moment, CLOCK_MONOTONIC in nanoseconds
/// @param laneClass name of the lane's class; [#DEFAULT_CLASS] if none was given to it
/// @param subscriberPriority what the subscriber asked for with SUBSCRIBER_PRIORITY, 0 to 255, lower is more urgent
/// @param congestionWindow bytes that may be in flight
/// @param bytesInFlight bytes sent and neither acknowledged nor lost; may exceed the window after it has shrunk
/// @param sentBytes bytes of all packets sent so far, retransmissions included; only grows
/// @param smoothedRttNanos smoothed round-trip time in nanoseconds (RFC 9002 section 5.3); 0 before the first sample
/// @param delayNanos how much longer than the least round-trip time the last ones took: moving average with weight 1/8,
/// nanoseconds; what waits in queues on the way; begins at 0 whenever nothing is in flight
/// @param jitterNanos how much the round-trip time changes from one sample to the next: moving average with weight 1/16,
/// nanoseconds (as in RFC 3550 section 6.4.1)
/// @param lossPerMillion lost ones among the last packets settled, moving average, 0 to 1,000,000
public record LaneView(
        long nowNanos,
        String laneClass,
        int subscriberPriority,
        long congestionWindow,
        long bytesInFlight,
        long sentBytes,
        long smoothedRttNanos,
        long delayNanos,
        long jitterNanos,
        int lossPerMillion) {
    /// The class of lanes that no rule gives another one.
    public static final String DEFAULT_CLASS = "default";

    /// Bytes that the congestion window still takes; never negative.
    public long headroom() {
        return Math.max(0, congestionWindow - bytesInFlight);
    }
}
