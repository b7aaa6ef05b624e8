// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Vi64;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/// Integers in Key-Value-Pairs (draft-18 section 1.4.4): an even type is followed by an integer, an odd one by length and
/// bytes; types are differences to the one before.
final class KeyValues {
    private KeyValues() {}

    /// @throws dev.weir.wire.moqt.MoqtException if the pairs are cut off
    static long number(byte[] pairs, long wanted, long ifAbsent) {
        ByteBuffer in = ByteBuffer.wrap(pairs);
        long type = 0;
        while (in.hasRemaining()) {
            type += Vi64.decode(in);
            long value = Vi64.decode(in);
            if (type == wanted) {
                return value;
            }
            if ((type & 1) != 0) {
                in.position((int) Math.min(in.position() + value, in.limit()));
            }
        }
        return ifAbsent;
    }

    static byte[] of(long type, long value) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(Vi64.encode(type));
        out.writeBytes(Vi64.encode(value));
        return out.toByteArray();
    }
}
