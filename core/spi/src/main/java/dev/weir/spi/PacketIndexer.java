// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Gives an object its place in the track. Java face: a function of the objects so far; kernel face: none yet, the data
/// plane compares group and object IDs, which is what [#byGroup()] does.
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block. It may keep state without
/// locks.
///
/// **Lifetime.** Created with its policy and shared by the tracks that use it; asked once per object, after [FrameParser].
///
/// **Failure.** An exception makes the relay take the object's place as [#byGroup()] would, and count it.
@FunctionalInterface
public interface PacketIndexer {
    /// Places one object.
    ///
    /// @param object what MoQT's headers say
    /// @param content what the frame parser found
    /// @return its place; never lower than that of an object of the same track that was asked for before and comes earlier
    /// in it
    ObjectIndex index(MediaObject object, FrameContent content);

    /// The index is the group ID, and decoding can start with every group: what MoQT itself promises.
    static PacketIndexer byGroup() {
        return (object, content) -> new ObjectIndex(object.group(), object.group());
    }
}
