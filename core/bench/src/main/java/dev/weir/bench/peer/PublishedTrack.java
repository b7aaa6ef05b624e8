// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.media.FrameLayer;
import java.util.List;
import java.util.Map;

/// What a publisher sent.
///
/// @param objects every object that went out, in order
/// @param sha256 SHA-256 of the content, see [dev.weir.bench.media.ObjectSource#sha256]
/// @param failures objects that this side could not send, by reason; they are not among the objects
/// @param streams subgroup streams opened
/// @param frames by layer; empty if the track is not published by layer
/// @param framesByGroup the same by group
public record PublishedTrack(
        List<TransferredObject> objects,
        byte[] sha256,
        Map<String, Long> failures,
        long streams,
        Map<FrameLayer, Long> frames,
        Map<Long, Long> framesByGroup) {
    /// Copies the collections.
    public PublishedTrack {
        objects = List.copyOf(objects);
        failures = Map.copyOf(failures);
        frames = Map.copyOf(frames);
        framesByGroup = Map.copyOf(framesByGroup);
    }
}
