// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// What publishers put into packets: QUIC frames (RFC 9000 section 19, RFC 9221) and the MoQT headers in them.
final class Media {
    static final byte[] PING = {1};
    static final byte[] ACK = {2, 5, 0, 1, 1, 0, 0};

    private Media() {}

    static byte[] varint(long value) {
        return varint(value, value < 64 ? 1 : value < 16384 ? 2 : value < 1 << 30 ? 4 : 8);
    }

    static byte[] varint(long value, int length) {
        long prefix = (long) Integer.numberOfTrailingZeros(length) << 8 * length - 2;
        return bigEndian(value | prefix, length);
    }

    /// MoQT's integer in so many bytes, 1 to 9.
    static byte[] vi64(long value, int length) {
        if (length == 9) {
            return Bytes.concat(new byte[] {-1}, bigEndian(value, 8));
        }
        long ones = (0xffL << 9 - length & 0xff) << 8 * (length - 1);
        return bigEndian(value | ones, length);
    }

    static byte[] vi64(long value) {
        int length = 1;
        while (length < 9 && (length == 8 ? value >>> 56 : value >>> 7 * length) != 0) {
            length++;
        }
        return vi64(value, length);
    }

    private static byte[] bigEndian(long value, int length) {
        return Arrays.copyOfRange(ByteBuffer.allocate(8).putLong(value).array(), 8 - length, 8);
    }

    /// A STREAM frame with a length.
    static byte[] stream(long id, long offset, byte[] data, boolean fin) {
        return stream(id, offset, data, fin, true);
    }

    /// A STREAM frame; its offset is left out if 0.
    static byte[] stream(long id, long offset, byte[] data, boolean fin, boolean withLength) {
        int type = 8 | (fin ? 1 : 0) | (withLength ? 2 : 0) | (offset != 0 ? 4 : 0);
        return Bytes.concat(new byte[] {(byte) type}, varint(id), offset != 0 ? varint(offset) : new byte[0],
                withLength ? varint(data.length) : new byte[0], data);
    }

    /// A DATAGRAM frame with a length.
    static byte[] datagram(byte[] data) {
        return Bytes.concat(new byte[] {0x31}, varint(data.length), data);
    }

    /// A DATAGRAM frame that goes to the packet's end.
    static byte[] lastDatagram(byte[] data) {
        return Bytes.concat(new byte[] {0x30}, data);
    }

    /// OBJECT_DATAGRAM with object ID and priority.
    static byte[] object(long alias, long group, long object, int priority, byte[] payload) {
        return Bytes.concat(new byte[] {0}, vi64(alias), vi64(group), vi64(object), new byte[] {(byte) priority}, payload);
    }

    /// SUBGROUP_HEADER: first object, subgroup ID 0, priority.
    static byte[] subgroup(long alias, long group, int priority) {
        return Bytes.concat(new byte[] {0x50}, vi64(alias), vi64(group), new byte[] {(byte) priority});
    }
}
