// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Gives each object a place in decoding order, once per object: a pure function in Java, a field of the candidate in the
/// kernel.
///
/// Thread: any thread of the relay, one at a time per track. Lifetime: as long as its policy is in force. Failure: an
/// exception leaves the default index.
@FunctionalInterface
public interface PacketIndexer {
    /// Where an object stands.
    ///
    /// @param index ascends with each object of the track
    /// @param restart index of the object from which decoding can begin again
    record Index(long index, long restart) {}

    /// Bits of the object ID in a default index.
    int OBJECT_BITS = 24;

    /// The object's place.
    Index index(MediaObject object);

    /// Group and object ID side by side; decoding begins again with each group.
    static PacketIndexer byLocation() {
        return object -> new Index(object.group() << OBJECT_BITS | object.object(), object.group() << OBJECT_BITS);
    }
}
