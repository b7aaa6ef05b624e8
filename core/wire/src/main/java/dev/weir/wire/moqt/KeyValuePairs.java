// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Blocks of Key-Value-Pairs with delta-coded types (draft-18 section 1.4.4).
final class KeyValuePairs {
    private static final int MAX_VALUE = 65535;

    private KeyValuePairs() {}

    /// Reads pairs to the end of the buffer.
    static List<SetupOption> decode(ByteBuffer in) {
        var pairs = new ArrayList<SetupOption>();
        long type = 0;
        while (in.hasRemaining()) {
            long delta = Vi64.decode(in);
            if (Long.compareUnsigned(type + delta, type) < 0) {
                throw new MoqtException(SessionError.KEY_VALUE_FORMATTING_ERROR, "a key-value type overflows");
            }
            type += delta;
            if ((type & 1) == 0) {
                pairs.add(new SetupOption(type, Vi64.decode(in)));
                continue;
            }
            long length = Vi64.decode(in);
            if (Long.compareUnsigned(length, Math.min(MAX_VALUE, in.remaining())) > 0) {
                throw new MoqtException(
                        SessionError.KEY_VALUE_FORMATTING_ERROR, "a key-value pair is longer than its block or 65535 bytes");
            }
            byte[] value = new byte[(int) length];
            in.get(value);
            pairs.add(new SetupOption(type, value));
        }
        return pairs;
    }

    /// Writes pairs.
    ///
    /// @throws IllegalArgumentException if their types do not ascend, or a value is too long
    static void encode(List<SetupOption> pairs, ByteArrayOutputStream out) {
        long previous = 0;
        for (SetupOption pair : pairs) {
            if (Long.compareUnsigned(pair.type(), previous) < 0 || pair.bytes().length > MAX_VALUE) {
                throw new IllegalArgumentException("the key-value pair " + Long.toUnsignedString(pair.type())
                        + " has more than 65535 bytes or comes behind a higher type: put pairs in order of type");
            }
            out.writeBytes(Vi64.encode(pair.type() - previous));
            previous = pair.type();
            if ((pair.type() & 1) == 0) {
                out.writeBytes(Vi64.encode(pair.number()));
            } else {
                out.writeBytes(Vi64.encode(pair.bytes().length));
                out.writeBytes(pair.bytes());
            }
        }
    }
}
