// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.ByteBuffer;

/// MoQT's variable-length integer since draft-17: the leading one bits of the first byte count the bytes that follow, the
/// rest is big-endian (draft-18 section 1.4.1). Values are unsigned 64 bits in a `long`. Non-minimal encodings are legal.
public final class Vi64 {
    /// Longest encoding, bytes.
    public static final int MAX_SIZE = 9;

    private Vi64() {}

    /// How many bytes an encoding has, by its first byte: 1 to 9.
    public static int encodedSize(byte first) {
        return first == -1 ? MAX_SIZE : Integer.numberOfLeadingZeros(~first << 24) + 1;
    }

    /// Bytes of the shortest encoding of `value`, 1 to 9.
    public static int size(long value) {
        for (int size = 1; size < 9; size++) {
            if (value >>> 7 * size == 0) {
                return size;
            }
        }
        return 9;
    }

    /// Whether `in` holds a whole integer at its position.
    public static boolean isComplete(ByteBuffer in) {
        return in.hasRemaining() && in.remaining() >= encodedSize(in.get(in.position()));
    }

    /// Reads an integer at the buffer's position.
    ///
    /// @throws MoqtException if the buffer ends before it
    public static long decode(ByteBuffer in) {
        if (!isComplete(in)) {
            throw MoqtException.violation("an integer is cut off");
        }
        int first = in.get() & 0xff;
        int size = encodedSize((byte) first);
        long value = size >= 8 ? 0 : first & 0xff >>> size;
        for (int i = 1; i < size; i++) {
            value = value << 8 | in.get() & 0xff;
        }
        return value;
    }

    /// Shortest encoding.
    public static byte[] encode(long value) {
        return encode(value, size(value));
    }

    /// Encoding with exactly `size` bytes.
    ///
    /// @throws IllegalArgumentException if it does not fit
    public static byte[] encode(long value, int size) {
        if (size < size(value) || size > MAX_SIZE) {
            throw new IllegalArgumentException(Long.toUnsignedString(value) + " does not fit in " + size + " bytes");
        }
        byte[] bytes = new byte[size];
        long rest = value;
        for (int i = size - 1; i > 0 || i == 0 && size < 8; i--) {
            bytes[i] = (byte) rest;
            rest >>>= 8;
        }
        bytes[0] |= (byte) (0xff00 >>> size - 1);
        return bytes;
    }
}
