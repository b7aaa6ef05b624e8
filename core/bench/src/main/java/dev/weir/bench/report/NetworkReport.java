// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

/// What an unkind network did during a run, as it counted itself.
///
/// @param seed of its losses
/// @param toSubscribers on the links to subscribers, together
/// @param toRelay on the publisher's link
public record NetworkReport(long seed, Link toSubscribers, Link toRelay) {
    /// One direction.
    ///
    /// @param lossPercent share of packets that was to be lost
    /// @param burst packets in a row
    /// @param seen packets that could have been lost
    /// @param lost those that were
    public record Link(double lossPercent, int burst, long seen, long lost) {}
}
