// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// An object after the hooks that look at it once: what an [ObjectFilter] decides about, for each subscriber.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made once per object and policy, for all subscribers; a filter may keep it.
///
/// **Failure.** A priority out of range is an [IllegalArgumentException]; from a [PriorityAssigner] the relay takes it as
/// that one's failure.
///
/// **Units and ranges.** As in its components; numbers of groups, objects and indices are unsigned.
///
/// @param media what MoQT's headers say, with the publisher's priority
/// @param content what the [FrameParser] found
/// @param index where the [PacketIndexer] put it
/// @param priority what the [PriorityAssigner] made of it, 0 to 255, lower is more urgent
public record FanoutObject(MediaObject media, FrameContent content, ObjectIndex index, int priority) {
    /// @throws IllegalArgumentException if the priority is out of range
    public FanoutObject {
        if (priority < 0 || priority > 255) {
            throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
        }
    }
}
