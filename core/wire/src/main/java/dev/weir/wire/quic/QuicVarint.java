// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.nio.ByteBuffer;

/// QUIC's variable-length integer, 0 to 2^62-1 in 1, 2, 4 or 8 bytes (RFC 9000 section 16).
public final class QuicVarint {
    /// Largest value.
    public static final long MAX = (1L << 62) - 1;

    private QuicVarint() {}

    /// Bytes of the shortest encoding.
    ///
    /// @throws IllegalArgumentException if the value is negative or above 2^62-1
    public static int size(long value) {
        if (value < 0 || value > MAX) {
            throw new IllegalArgumentException(value + " is no QUIC variable-length integer");
        }
        if (value < 1 << 6) {
            return 1;
        }
        if (value < 1 << 14) {
            return 2;
        }
        return value < 1 << 30 ? 4 : 8;
    }

    /// How many bytes an encoding has, by its first byte: 1, 2, 4 or 8.
    public static int encodedSize(byte first) {
        return 1 << (first >> 6 & 3);
    }

    /// Whether `in` holds a whole integer at its position.
    public static boolean isComplete(ByteBuffer in) {
        return in.hasRemaining() && in.remaining() >= encodedSize(in.get(in.position()));
    }

    /// Reads an integer.
    ///
    /// @throws java.nio.BufferUnderflowException if the buffer ends before it
    public static long decode(ByteBuffer in) {
        byte first = in.get();
        long value = first & 0x3f;
        for (int i = 1; i < encodedSize(first); i++) {
            value = value << 8 | in.get() & 0xff;
        }
        return value;
    }

    /// Writes the shortest encoding.
    public static void encode(long value, ByteBuffer out) {
        encode(value, size(value), out);
    }

    /// Writes an encoding with exactly `size` bytes.
    ///
    /// @param size 1, 2, 4 or 8
    /// @throws IllegalArgumentException if the value does not fit or there is no such size
    public static void encode(long value, int size, ByteBuffer out) {
        if (size < size(value) || size > 8 || Integer.bitCount(size) != 1) {
            throw new IllegalArgumentException(value + " has no encoding of " + size + " bytes");
        }
        long prefix = (long) Integer.numberOfTrailingZeros(size) << 8 * size - 2;
        for (int i = size - 1; i >= 0; i--) {
            out.put((byte) ((value | prefix) >>> 8 * i));
        }
    }
}
