// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

/// The relay as a whole.
///
/// @param path `kernel` or `userspace`: where copies can be made
/// @param mode `auto`, `kernel` or `userspace`: what is in force for tracks without a mode of their own
/// @param isDraining whether new requests are refused
/// @param leaseNanos how long the kernel copies without a sign of life from user space
/// @param leaseLeftNanos what is left of it now; 0 without a data plane
/// @param connections established connections
/// @param publishers those that announced something
/// @param subscribers those that subscribe to something
/// @param tracks known tracks
/// @param subscriptions of all subscribers together
/// @param lanes connections that the kernel can send to
/// @param laneSlots most that it could; 0 without a data plane
/// @param copiesByKernel packets that the kernel made for subscribers since the start
/// @param copiesByUserSpace frames with media that user space sent since the start
/// @param cacheBytes what the object cache holds
/// @param cacheLimitBytes most that it may
public record RelayView(
        String path,
        String mode,
        boolean isDraining,
        long leaseNanos,
        long leaseLeftNanos,
        int connections,
        int publishers,
        int subscribers,
        int tracks,
        int subscriptions,
        int lanes,
        int laneSlots,
        long copiesByKernel,
        long copiesByUserSpace,
        long cacheBytes,
        long cacheLimitBytes) {}
