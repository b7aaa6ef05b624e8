// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// How much may be in flight to one subscriber. Kernel and user space share one instance per connection; it is
/// replaceable, [NewReno] is what there is now.
///
/// Thread: calls come from several threads; an implementation synchronises itself. Units: bytes of UDP payload, nanoseconds.
public interface CongestionControl {
    /// Congestion window in bytes, never below two packets.
    long window();

    /// Packets were acknowledged.
    ///
    /// @param bytes their size
    /// @param sentNanos when the newest of them was sent
    /// @param inFlightBefore bytes in flight before they are taken off
    void acknowledged(long bytes, long sentNanos, long inFlightBefore);

    /// Packets were lost.
    ///
    /// @param sentNanos when the newest of them was sent
    /// @param nowNanos now
    void lost(long sentNanos, long nowNanos);
}
