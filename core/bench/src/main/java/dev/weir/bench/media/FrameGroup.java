// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The frames of one group as far as they have come. Not thread-safe.
final class FrameGroup {
    private final long id;
    private final TreeMap<Long, Frame> frames = new TreeMap<>();
    private long wholeFrames;
    private long keyFrame = -1;

    FrameGroup(long id) {
        this.id = id;
    }

    long id() {
        return id;
    }

    /// A piece has come, for the first time.
    ///
    /// @return whether its frame is whole now
    /// @throws MoqtException if it contradicts the others of its frame
    boolean add(FrameLayer layer, FrameChunk chunk) {
        Frame frame = frames.computeIfAbsent(chunk.frame(), _ -> new Frame(layer, chunk.references(), chunk.count()));
        if (frame.layer != layer || frame.references != chunk.references() || frame.pieces.length != chunk.count()
                || frame.pieces[chunk.index()] != null) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                    "a piece of frame " + chunk.frame() + " does not go with another piece of it");
        }
        if (layer == FrameLayer.KEY) {
            keyFrame = chunk.frame();
        }
        frame.pieces[chunk.index()] = chunk.bytes();
        frame.arrived++;
        wholeFrames += frame.isWhole() ? 1 : 0;
        return frame.isWhole();
    }

    /// Whether every frame is there, if a group that follows at once begins as the next one does.
    boolean isCompleteBefore(FrameGroup next) {
        return keyFrame >= 0 && next.keyFrame >= 0 && wholeFrames == next.keyFrame - keyFrame;
    }

    /// The frames that are whole, in decode order.
    List<DecodableFrames.Frame> whole() {
        var whole = new ArrayList<DecodableFrames.Frame>();
        frames.forEach((number, frame) -> {
            if (frame.isWhole()) {
                whole.add(new DecodableFrames.Frame(id, number, frame.references, frame.layer));
            }
        });
        return whole;
    }

    /// Of a whole frame.
    byte[] bytes(long number) {
        var out = new ByteArrayOutputStream();
        for (byte[] piece : frames.get(number).pieces) {
            out.writeBytes(piece);
        }
        return out.toByteArray();
    }

    private static final class Frame {
        private final FrameLayer layer;
        private final long references;
        private final byte @Nullable [][] pieces;
        private int arrived;

        Frame(FrameLayer layer, long references, int count) {
            this.layer = layer;
            this.references = references;
            this.pieces = new byte[count][];
        }

        boolean isWhole() {
            return arrived == pieces.length;
        }
    }
}
