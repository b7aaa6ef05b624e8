// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import org.jspecify.annotations.Nullable;

/// Puts the content of a track together from its objects, in whatever order they come. Not thread-safe.
public interface ContentAssembly {
    /// An object has come, for the first time.
    ///
    /// @param priority publisher priority, 0 to 255
    /// @throws dev.weir.wire.moqt.MoqtException if its payload is not what the track says it is
    void add(Location location, int priority, byte[] payload);

    /// A group is known to be over.
    ///
    /// @param group its ID
    /// @param lastObject ID of its last object; -1 if it has none
    void groupEnds(long group, long lastObject);

    /// Nothing more comes.
    ///
    /// @return what came, by layer
    FrameCounts finish();

    /// @param content what the objects are
    /// @param output takes the content
    /// @param start the first object; null: the first one that comes
    static ContentAssembly of(TrackContent content, ContentOutput output, @Nullable Location start) {
        VideoCodec codec = content.codec();
        return codec == null ? new OrderedObjects(content, output, start) : new LayeredFrames(codec, output);
    }
}
