// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// VP8's boolean entropy decoder (RFC 6386 section 7.3), for bits of even probability. Behind the end it reads zeros, as
/// the RFC has it. Not thread-safe.
final class BoolDecoder {
    private final byte[] bytes;
    private int position;
    private int value;
    private int range = 255;
    private int shifted;

    /// @param bytes a frame
    /// @param position where the partition begins, two bytes or more before the end
    BoolDecoder(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
        this.value = nextByte() << 8 | nextByte();
    }

    boolean flag() {
        int split = 1 + (range - 1 >> 1);
        boolean bit = value >= split << 8;
        if (bit) {
            range -= split;
            value -= split << 8;
        } else {
            range = split;
        }
        while (range < 128) {
            value <<= 1;
            range <<= 1;
            if (++shifted == Byte.SIZE) {
                shifted = 0;
                value |= nextByte();
            }
        }
        return bit;
    }

    /// @param count 1 to 31
    /// @return an unsigned number, the most significant bit first
    int bits(int count) {
        int number = 0;
        for (int bit = 0; bit < count; bit++) {
            number = number << 1 | (flag() ? 1 : 0);
        }
        return number;
    }

    private int nextByte() {
        return position < bytes.length ? bytes[position++] & 0xff : 0;
    }
}
