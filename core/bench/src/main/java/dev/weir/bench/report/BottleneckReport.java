// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.Map;

/// What one subscriber behind a narrow link had of a video that is published by layer, under one policy.
///
/// @param bottleneckBitsPerSecond rate of the narrow link, with all headers
/// @param mode `stream` or `datagram`
/// @param policy its name
/// @param form how it was carried out: `tables`, `program` or `user-space`; empty: there was none to ask
/// @param repetition from 1
/// @param publishedFrames frames by layer
/// @param decodableFrames frames by layer that came in time, with all that they need
/// @param publishedObjects objects
/// @param receivedObjects objects that came, late ones included
/// @param forwarded verdicts to forward
/// @param droppedByPolicy verdicts to drop, by reason
/// @param droppedByRelay copies that the relay dropped for reasons of its own
/// @param queueLostPackets packets that the narrow link had no room for
/// @param latencyUs publisher to subscriber, of objects
public record BottleneckReport(
        long bottleneckBitsPerSecond,
        String mode,
        String policy,
        String form,
        int repetition,
        Map<String, Long> publishedFrames,
        Map<String, Long> decodableFrames,
        long publishedObjects,
        long receivedObjects,
        long forwarded,
        Map<String, Long> droppedByPolicy,
        Map<String, Long> droppedByRelay,
        long queueLostPackets,
        Latency latencyUs) {
    private static final double PERCENT = 100;

    /// @return percentage of the published frames that a player would have shown
    public double decodablePercent() {
        long published = sum(publishedFrames);
        return published == 0 ? 0 : PERCENT * sum(decodableFrames) / published;
    }

    /// @return percentage of the policy's verdicts that were to drop
    public double dropPercent() {
        long drops = sum(droppedByPolicy);
        return drops == 0 ? 0 : PERCENT * drops / (drops + forwarded);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }
}
