// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;

/// Composite fields that several messages share (draft-18 section 1.4).
final class Wire {
    private static final int MAX_REASON = 1024;

    private Wire() {}

    /// Length-prefixed bytes.
    static byte[] bytes(ByteBuffer in) {
        long length = Vi64.decode(in);
        if (Long.compareUnsigned(length, in.remaining()) > 0) {
            throw MoqtException.violation("a field is longer than its message");
        }
        byte[] value = new byte[(int) length];
        in.get(value);
        return value;
    }

    static byte[] prefixed(byte[] value) {
        return concat(Vi64.encode(value.length), value);
    }

    static byte[] concat(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    static TrackNamespace namespace(ByteBuffer in) {
        long count = Vi64.decode(in);
        if (Long.compareUnsigned(count, TrackNamespace.MAX_FIELDS) > 0) {
            throw MoqtException.violation("a track namespace has more than 32 fields");
        }
        var fields = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            fields.add(bytes(in));
        }
        return TrackNamespace.of(fields);
    }

    static byte[] encode(TrackNamespace namespace) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(Vi64.encode(namespace.fields().size()));
        namespace.fields().forEach(f -> out.writeBytes(prefixed(f)));
        return out.toByteArray();
    }

    static FullTrackName trackName(ByteBuffer in) {
        return new FullTrackName(namespace(in), bytes(in));
    }

    static byte[] encode(FullTrackName name) {
        return concat(encode(name.namespace()), prefixed(name.name()));
    }

    static String reason(ByteBuffer in) {
        byte[] text = bytes(in);
        if (text.length > MAX_REASON) {
            throw MoqtException.violation("a reason phrase is longer than 1024 bytes");
        }
        return new String(text, StandardCharsets.UTF_8);
    }

    /// A reason phrase; one that is too long is cut between two characters.
    static byte[] encodeReason(String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int end = Math.min(text.length, MAX_REASON);
        while (end < text.length && (text[end] & 0xc0) == 0x80) {
            end--;
        }
        return prefixed(Arrays.copyOf(text, end));
    }

    static byte[] remaining(ByteBuffer in) {
        byte[] rest = new byte[in.remaining()];
        in.get(rest);
        return rest;
    }
}
