// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.media.FrameCounts;
import dev.weir.wire.moqt.Location;
import java.util.List;
import java.util.Map;
import org.HdrHistogram.Histogram;

/// What one subscriber has received in the end.
///
/// @param objects every object, once
/// @param duplicates objects that came again
/// @param corrupt synthetic objects whose checksum is wrong
/// @param streamsFinished subgroup streams that ended with FIN behind an object
/// @param streamsCutOff subgroup streams that ended with FIN inside an object
/// @param resetGroups groups whose stream was reset, with the code
/// @param unknownStreamsReset streams that were reset before their group was known
/// @param latency publisher to subscriber, microseconds
/// @param sha256 SHA-256 of the content as far as it could be put together
/// @param incomplete what could not be put together, the first ones
/// @param incompleteCount how much could not be put together
/// @param frames what came of a track that is published by layer
public record ReceivedTrack(
        Map<Location, TransferredObject> objects,
        long duplicates,
        long corrupt,
        long streamsFinished,
        long streamsCutOff,
        Map<Long, Long> resetGroups,
        long unknownStreamsReset,
        Histogram latency,
        byte[] sha256,
        List<String> incomplete,
        long incompleteCount,
        FrameCounts frames) {}
