// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.io.ByteArrayOutputStream;

/// VP8's boolean entropy encoder (RFC 6386 section 7.3), for bits of even probability.
final class BoolEncoder {
    private byte[] bytes = new byte[0];
    private int range = 255;
    private int bottom;
    private int shiftsLeft = 24;

    BoolEncoder flag(boolean bit) {
        int split = 1 + (range - 1 >> 1);
        if (bit) {
            bottom += split;
            range -= split;
        } else {
            range = split;
        }
        while (range < 128) {
            shift();
        }
        return this;
    }

    BoolEncoder bits(int value, int count) {
        for (int bit = count - 1; bit >= 0; bit--) {
            flag((value >> bit & 1) != 0);
        }
        return this;
    }

    private void shift() {
        range <<= 1;
        if (bottom < 0) {
            carry();
        }
        bottom <<= 1;
        if (--shiftsLeft == 0) {
            var out = new ByteArrayOutputStream();
            out.writeBytes(bytes);
            out.write(bottom >>> 24);
            bytes = out.toByteArray();
            bottom &= 0xff_ffff;
            shiftsLeft = 8;
        }
    }

    private void carry() {
        int at = bytes.length - 1;
        while (at >= 0 && bytes[at] == (byte) 0xff) {
            bytes[at--] = 0;
        }
        bytes[at]++;
    }

    byte[] finish() {
        for (int bit = 0; bit < Integer.SIZE; bit++) {
            flag(false);
        }
        return bytes;
    }
}
