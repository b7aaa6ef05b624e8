// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Gives an object its place in the track. Java face: a pure function of the object and its content; kernel face:
/// `WEIR_OBJECT` of a [dev.weir.spi.plan.ProgramVariant]; [dev.weir.spi.plan.MapEntries] know [#byGroup()] only.
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block.
///
/// **Lifetime.** Created with its policy and shared by the tracks that use it; asked once per object, after [FrameParser].
///
/// **Failure.** An exception makes the relay take the object's place as [#byGroup()] would, and count it.
///
/// **Units and ranges.** Indices are unsigned 64-bit numbers that do not fall along the track.
@FunctionalInterface
public interface PacketIndexer {
    /// Places one object.
    ///
    /// @param object what MoQT's headers say
    /// @param content what the frame parser found
    /// @return its place; never lower than that of an object that comes earlier in the track
    ObjectIndex index(MediaObject object, FrameContent content);

    /// The index is the group ID, and decoding can start with every group: what MoQT itself promises.
    static PacketIndexer byGroup() {
        return (object, content) -> new ObjectIndex(object.group(), object.group());
    }
}
