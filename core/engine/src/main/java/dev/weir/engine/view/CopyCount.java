// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.view;

/// How often the same thing became of a track's frames, one per frame and subscriber.
///
/// @param mode `stream` or `datagram`
/// @param path `kernel` or `userspace`: who decided
/// @param verdict `sent`; `deferred`: left to user space by the kernel, which counts it again when it sends it; `dropped`
/// @param reason why it was not sent; empty if it was
/// @param count frames; streams that were given up count once
public record CopyCount(String mode, String path, String verdict, String reason, long count) {}
