// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Gives the objects of one track, in order. Not thread-safe.
public interface ObjectSource extends AutoCloseable {
    /// @return what the objects are, told to subscribers as a track property
    TrackContent content();

    /// @return the next object; null at the end
    /// @throws dev.weir.bench.BenchException if the source cannot be read
    @Nullable SourceObject next();

    /// @return SHA-256 of the content that subscribers put together when nothing is missing: the video's file, or all
    ///     payloads in order; of what was handed out so far
    byte[] sha256();

    /// @return frames handed out so far, by layer; empty if the track is not published by layer
    default Map<FrameLayer, Long> frames() {
        return Map.of();
    }

    /// @return the same by group
    default Map<Long, Long> framesByGroup() {
        return Map.of();
    }

    @Override
    void close();
}
