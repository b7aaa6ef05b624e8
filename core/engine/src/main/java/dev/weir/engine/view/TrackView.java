// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

/// A track.
///
/// @param name full track name, fields with slashes between them
/// @param state `orphaned`, `requested`, `established` or `ended`
/// @param publisher connection of its publisher; -1: none
/// @param alias what subscribers know it by
/// @param publisherAlias what the publisher knows it by
/// @param mode `auto`, `kernel` or `userspace`
/// @param path who makes its copies now: `kernel` or `userspace`
/// @param reason why not the kernel; empty if it does
/// @param priority publisher priority of objects that have none, 0 to 255
/// @param subscriptions all
/// @param activeSubscriptions those that objects flow to
/// @param kernelLanes those of them that the kernel can send to
/// @param largestGroup of the largest location seen; -1: none
/// @param largestObject of it; -1: none
/// @param streams subgroup streams in the cache
/// @param cachedDatagrams DATAGRAM objects in the cache
/// @param receivedStreams subgroup streams received since the track began
/// @param receivedDatagrams DATAGRAM objects received since the track began
/// @param receivedBytes bytes of both, with their headers
public record TrackView(
        String name,
        String state,
        int publisher,
        long alias,
        long publisherAlias,
        String mode,
        String path,
        String reason,
        int priority,
        int subscriptions,
        int activeSubscriptions,
        int kernelLanes,
        long largestGroup,
        long largestObject,
        int streams,
        int cachedDatagrams,
        long receivedStreams,
        long receivedDatagrams,
        long receivedBytes) {}
