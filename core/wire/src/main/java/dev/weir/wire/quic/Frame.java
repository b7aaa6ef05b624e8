// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

/// One frame of a 1-RTT packet, by its place in the payload. A run of PADDING frames counts as one.
///
/// @param type frame type, 0x00 to 0x1e, 0x30 or 0x31 (RFC 9000 section 19, RFC 9221 section 4)
/// @param start where it begins in the payload
/// @param end where the next one begins
/// @param dataOffset where the data of a STREAM, CRYPTO or DATAGRAM frame begins; [#end] of others
/// @param dataLength bytes of that data; 0 of others
/// @param streamId stream ID of a STREAM frame; -1 of others
/// @param streamOffset offset of the data of a STREAM or CRYPTO frame; -1 of others
/// @param fin whether a STREAM frame ends its stream
public record Frame(
        int type, int start, int end, int dataOffset, int dataLength, long streamId, long streamOffset, boolean fin) {
    static final int PADDING = 0x00;
    static final int STREAM = 0x08;
    static final int STREAM_FIN = 0x01;
    static final int STREAM_LENGTH = 0x02;
    static final int STREAM_OFFSET = 0x04;
    static final int DATAGRAM = 0x30;
    static final int DATAGRAM_LENGTH = 0x01;

    /// Whether it is a run of PADDING frames.
    public boolean isPadding() {
        return type == PADDING;
    }

    /// Whether it is a STREAM frame, of any of the eight types.
    public boolean isStream() {
        return isStream(type);
    }

    /// Whether it is a DATAGRAM frame, with or without length.
    public boolean isDatagram() {
        return isDatagram(type);
    }

    static boolean isStream(int type) {
        return (type & ~0x07) == STREAM;
    }

    static boolean isDatagram(int type) {
        return (type & ~DATAGRAM_LENGTH) == DATAGRAM;
    }
}
