// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Where an object stands in its track.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made by a [PacketIndexer], once per object and policy; it may be kept.
///
/// **Failure.** A restart behind the index is an [IllegalArgumentException], which the relay takes as the indexer's failure.
///
/// **Units and ranges.** Unsigned 64-bit numbers, so -1 is the highest one.
///
/// @param index grows along the track, or stays; unsigned
/// @param restart index from which decoding can start again for whoever misses something before this object; at most
/// `index`
public record ObjectIndex(long index, long restart) {
    /// @throws IllegalArgumentException if decoding would start behind the object
    public ObjectIndex {
        if (Long.compareUnsigned(restart, index) > 0) {
            throw new IllegalArgumentException("decoding cannot start at " + Long.toUnsignedString(restart)
                    + ", behind the object at " + Long.toUnsignedString(index));
        }
    }
}
