// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

import java.util.List;

/// A connection that subscribes to something.
///
/// @param id number of the connection, of its lane as well
/// @param address address and port
/// @param laneClass its lane class
/// @param ageNanos since its handshake
/// @param path `kernel` or `userspace`: who can send to it
/// @param tracks full track names
/// @param subscriptions what it subscribes to, in the order of `tracks`
public record SubscriberView(
        int id,
        String address,
        String laneClass,
        long ageNanos,
        String path,
        List<String> tracks,
        List<Subscription> subscriptions) {
    /// One subscription.
    ///
    /// @param track full track name
    /// @param state `waiting` for the publisher, `accepted`, `active`, or `paused` (FORWARD 0)
    /// @param policy name of the policy that decides
    /// @param policyForm `tables`, `program` or `user-space`
    /// @param priority subscriber priority, 0 to 255
    /// @param startGroup first location sent
    /// @param startObject of it
    /// @param endGroup last group sent, unsigned; -1: open
    /// @param streamsOpened subgroup streams opened for it
    /// @param streamsOpen those of them whose end is not acknowledged
    /// @param sentByKernel frames with its objects that the kernel sent
    /// @param sentByUserSpace frames with its objects that user space sent
    /// @param refused how often something stood in an object's way, with repetitions
    public record Subscription(
            String track,
            String state,
            String policy,
            String policyForm,
            int priority,
            long startGroup,
            long startObject,
            long endGroup,
            long streamsOpened,
            int streamsOpen,
            long sentByKernel,
            long sentByUserSpace,
            long refused) {}
}
