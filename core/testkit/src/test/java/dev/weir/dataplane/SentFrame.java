// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// A frame in a copy. Copies hold nothing but STREAM, DATAGRAM and PADDING.
///
/// @param streamId -1 for a DATAGRAM
/// @param hasLength whether the frame says its length
/// @param data in hexadecimal, so that frames can be compared
record SentFrame(long streamId, long offset, boolean fin, boolean hasLength, String data) {
    static SentFrame stream(long id, long offset, byte[] data, boolean fin, boolean hasLength) {
        return new SentFrame(id, offset, fin, hasLength, Bytes.hex(data));
    }

    static SentFrame datagram(byte[] data, boolean hasLength) {
        return new SentFrame(-1, 0, false, hasLength, Bytes.hex(data));
    }

    static List<SentFrame> parse(byte[] plaintext) {
        var in = ByteBuffer.wrap(plaintext);
        var frames = new ArrayList<SentFrame>();
        while (in.hasRemaining()) {
            int type = in.get();
            if (type >= 8 && type <= 15) {
                long id = varint(in);
                long offset = (type & 4) != 0 ? varint(in) : 0;
                boolean hasLength = (type & 2) != 0;
                frames.add(new SentFrame(id, offset, (type & 1) != 0, hasLength, data(in, hasLength)));
            } else if (type == 0x30 || type == 0x31) {
                frames.add(new SentFrame(-1, 0, false, type == 0x31, data(in, type == 0x31)));
            } else if (type != 0) {
                throw new AssertionError("a copy holds a frame of type " + type + ": " + Bytes.hex(plaintext));
            }
        }
        return frames;
    }

    private static String data(ByteBuffer in, boolean hasLength) {
        var data = new byte[hasLength ? (int) varint(in) : in.remaining()];
        in.get(data);
        return Bytes.hex(data);
    }

    private static long varint(ByteBuffer in) {
        int first = in.get() & 0xff;
        long value = first & 0x3f;
        for (int i = 1; i < 1 << (first >> 6); i++) {
            value = value << 8 | in.get() & 0xff;
        }
        return value;
    }
}
