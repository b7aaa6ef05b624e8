// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Says how urgent an object is: to the [ObjectFilter], and to user space, which sends the most urgent of what waits for a
/// subscriber first, and drops the least urgent first where too much waits (after the subscriber's own priorities of its
/// tracks). Java face: a pure function of the object; kernel face: `WEIR_OBJECT` of a
/// [dev.weir.spi.plan.ProgramVariant], or the priority table of [dev.weir.spi.plan.MapEntries].
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block.
///
/// **Lifetime.** Created with its policy; asked once per object, after [PacketIndexer] and before [ObjectFilter].
///
/// **Failure.** An exception, or a number outside 0 to 255, makes the relay keep the publisher's priority, and is counted.
///
/// **Units and ranges.** 0 to 255, lower is more urgent (MoQT).
@FunctionalInterface
public interface PriorityAssigner {
    /// Judges one object.
    ///
    /// @param object what MoQT's headers say, with the publisher's priority
    /// @param content what the frame parser found
    /// @param index its place in the track
    /// @return priority 0 to 255, lower is more urgent
    int assign(MediaObject object, FrameContent content, ObjectIndex index);

    /// The publisher's own priority.
    static PriorityAssigner publisher() {
        return (object, content, index) -> object.priority();
    }
}
