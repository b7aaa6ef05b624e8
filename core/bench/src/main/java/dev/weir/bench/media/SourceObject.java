// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import org.jspecify.annotations.Nullable;

/// An object that is about to be published.
public interface SourceObject {
    /// @return group and object ID; groups and the objects in each count from 0 without gaps
    Location location();

    /// @return whether it is the last of its group
    boolean endOfGroup();

    /// @return the layer, which decides on subgroup and priority; null: a group is one subgroup, of the track's priority
    default @Nullable FrameLayer layer() {
        return null;
    }

    /// @return whether it is known to be the last of its subgroup; the end of a group ends all its subgroups
    default boolean endOfSubgroup() {
        return endOfGroup();
    }

    /// @return when to send it, microseconds since the beginning of the source; never less than the one before
    long dueMicros();

    /// The content. Called once per object, in order.
    ///
    /// @param sendMicros time of sending, [WallClock#micros]
    /// @return the payload
    byte[] payload(long sendMicros);

    /// @param sendMicros time of sending, [WallClock#micros]
    /// @return object properties in wire form; empty for none, and then none of the track's objects has any
    byte[] properties(long sendMicros);
}
