// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;
import java.util.Map;

/// Why a subscriber did not get an object, or that it did.
///
/// @param subscriber number of its connection
/// @param track full track name
/// @param policy the policy that decides for it
/// @param answer a sentence
/// @param findings what is known of the object, or without one of everything remembered, newest first
/// @param countsByReason how often each thing stood in an object's way since the subscription began
public record Explanation(
        int subscriber,
        String track,
        String policy,
        String answer,
        List<Finding> findings,
        Map<String, Long> countsByReason) {

    /// Something that stood in the way of objects of one group.
    ///
    /// @param group group ID
    /// @param firstObject first object ID; the subgroup ID if it was a stream
    /// @param lastObject last one, all between included
    /// @param isStream whether it was a subgroup stream
    /// @param what what stood in the way
    /// @param reason the reason given; the policy's for a policy
    /// @param times how often
    /// @param ageNanos since the last time
    public record Finding(
            long group, long firstObject, long lastObject, boolean isStream, String what, String reason, long times, long ageNanos) {}
}
