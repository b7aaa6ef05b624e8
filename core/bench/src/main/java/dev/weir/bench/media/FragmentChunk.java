// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.Vi64;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// A piece of an MP4 fragment that fits one datagram. In front of the bytes: number of the fragment, of the piece, and of
/// the pieces, each a vi64.
///
/// @param fragment number of the fragment in the track, from 1; 0: the initialization segment, repeated in every group
/// @param index number of the piece in the fragment, from 0
/// @param count pieces of the fragment, 1 or more
/// @param bytes the piece
public record FragmentChunk(long fragment, int index, int count, byte[] bytes) {
    /// Longest header: fragments and pieces below 2^21.
    public static final int HEADER_SIZE = 9;

    private static final int MOST = 1 << 21;

    /// @return the object's payload
    public byte[] encode() {
        var out = new ByteArrayOutputStream(bytes.length + HEADER_SIZE);
        out.writeBytes(Vi64.encode(fragment));
        out.writeBytes(Vi64.encode(index));
        out.writeBytes(Vi64.encode(count));
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    /// @param payload an object's payload
    /// @return the piece
    /// @throws MoqtException if it is none
    public static FragmentChunk decode(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        long fragment = Vi64.decode(in);
        long index = Vi64.decode(in);
        long count = Vi64.decode(in);
        if (fragment < 0 || count <= 0 || count > MOST || index < 0 || index >= count) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                    "piece " + index + " of " + count + " of fragment " + fragment + " makes no sense");
        }
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return new FragmentChunk(fragment, (int) index, (int) count, bytes);
    }
}
