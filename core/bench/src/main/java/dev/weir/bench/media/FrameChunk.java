// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.Vi64;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// A frame, or a piece of one that fits one datagram: the payload of an object of a track that is published by layer. In
/// front of the bytes, each a vi64: number of the frame, reference frames before it, number of the piece, and of the pieces.
/// Both count from the beginning of the track, so that a receiver knows what it lacks, whole groups included.
///
/// @param frame number of the frame in the track, in decode order, from 0
/// @param references key and reference frames of the track before this one
/// @param index number of the piece in the frame, from 0
/// @param count pieces of the frame, 1 or more
/// @param bytes the piece
public record FrameChunk(long frame, long references, int index, int count, byte[] bytes) {
    /// Longest header: frames below 2^28, pieces below 2^14.
    public static final int HEADER_SIZE = 12;

    private static final int MOST_PIECES = 1 << 14;

    /// @return the object's payload
    public byte[] encode() {
        var out = new ByteArrayOutputStream(bytes.length + HEADER_SIZE);
        out.writeBytes(Vi64.encode(frame));
        out.writeBytes(Vi64.encode(references));
        out.writeBytes(Vi64.encode(index));
        out.writeBytes(Vi64.encode(count));
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    /// @param payload an object's payload
    /// @return the piece
    /// @throws MoqtException if it is none
    public static FrameChunk decode(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        long frame = Vi64.decode(in);
        long references = Vi64.decode(in);
        long index = Vi64.decode(in);
        long count = Vi64.decode(in);
        if (frame < 0 || references < 0 || references > frame || count <= 0 || count > MOST_PIECES || index < 0 || index >= count) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION, "piece " + index + " of " + count + " of frame " + frame
                    + " behind " + references + " reference frames makes no sense");
        }
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return new FrameChunk(frame, references, (int) index, (int) count, bytes);
    }
}
