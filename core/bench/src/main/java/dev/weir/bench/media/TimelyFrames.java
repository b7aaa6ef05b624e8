// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import java.util.BitSet;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;

/// Which frames of a track that is published by layer a player would have shown: a frame counts if all its pieces came within
/// a time limit, and those of all frames that it needs did as well ([DecodableFrames]). What comes later is as good as lost, else
/// a track that is delivered whole but minutes late would be the best. Safe for use by several threads.
public final class TimelyFrames {
    private final long limitMicros;
    private final Map<Long, Pieces> frames = new HashMap<>();

    /// The pieces of a frame that came in time.
    private record Pieces(DecodableFrames.Frame frame, int count, BitSet present) {
        boolean areWhole() {
            return present.cardinality() == count;
        }
    }

    /// @param limitMicros from the publisher's sending of a piece to its arrival, microseconds
    public TimelyFrames(long limitMicros) {
        this.limitMicros = limitMicros;
    }

    /// A piece has come.
    ///
    /// @param location of its object
    /// @param priority publisher priority, 0 to 255
    /// @param payload an object's payload: a [FrameChunk]
    /// @param latencyMicros since it was sent, microseconds
    public synchronized void add(Location location, int priority, byte[] payload, long latencyMicros) {
        if (latencyMicros > limitMicros) {
            return;
        }
        FrameChunk chunk = FrameChunk.decode(payload);
        var frame = new DecodableFrames.Frame(
                location.group(), chunk.frame(), chunk.references(), FrameLayer.ofPriority(priority));
        frames.computeIfAbsent(chunk.frame(), _ -> new Pieces(frame, chunk.count(), new BitSet())).present.set(chunk.index());
    }

    /// @return how many frames of each layer could be shown
    public synchronized Map<FrameLayer, Long> decodable() {
        var counts = new EnumMap<FrameLayer, Long>(FrameLayer.class);
        DecodableFrames.of(frames.values().stream().filter(Pieces::areWhole).map(Pieces::frame).toList())
                .forEach(frame -> counts.merge(frame.layer(), 1L, Long::sum));
        return counts;
    }
}
