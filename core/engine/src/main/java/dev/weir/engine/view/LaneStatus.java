// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;
import java.util.Map;

/// A connection as the data plane sends to it, with everything that limits it.
///
/// @param id number of the connection
/// @param address address and port
/// @param laneClass its lane class
/// @param path `kernel` or `userspace`: who can send to it
/// @param generation of the kernel's entry; 0 without one
/// @param device name of the device that its packets leave by; empty without the kernel
/// @param nextPacketNumber every smaller one was drawn
/// @param copiesByKernel packets that the kernel drew
/// @param copiesByUserSpace frames with media that user space sent
/// @param sentBytes UDP payload bytes of all packets
/// @param outstanding kernel copies whose fate is open
/// @param pendingBytes what user space still has to send
/// @param congestionWindow bytes
/// @param bytesInFlight bytes
/// @param smoothedRttNanos 0 before the first sample
/// @param delayNanos round-trip time above the least one
/// @param jitterNanos change from one round-trip time to the next
/// @param lossPerMillion of the packets settled last
/// @param limits everything that can stop a copy
/// @param leftByReason how often the kernel left a packet for this lane to user space, by reason
public record LaneStatus(
        int id,
        String address,
        String laneClass,
        String path,
        int generation,
        String device,
        long nextPacketNumber,
        long copiesByKernel,
        long copiesByUserSpace,
        long sentBytes,
        int outstanding,
        long pendingBytes,
        long congestionWindow,
        long bytesInFlight,
        long smoothedRttNanos,
        long delayNanos,
        long jitterNanos,
        int lossPerMillion,
        List<Limit> limits,
        Map<String, Long> leftByReason) {

    /// Something that can stop a copy.
    ///
    /// @param name of the limit, in the words of QUIC
    /// @param value what it is now
    /// @param left what may still be used of it; -1: it is not used up
    /// @param unit of both
    /// @param isReached whether it stops something now
    /// @param stopped how often it has stopped the kernel on this lane; -1: not counted per lane
    /// @param stops what it stops
    public record Limit(String name, long value, long left, String unit, boolean isReached, long stopped, String stops) {}
}
