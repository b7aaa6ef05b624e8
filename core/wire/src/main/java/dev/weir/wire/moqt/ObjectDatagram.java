// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One object in a DATAGRAM (draft-18 section 10.3.1).
///
/// @param alias track alias
/// @param group group ID
/// @param object object ID; 0 is left out on the wire
/// @param priority publisher priority, 0 to 255; null: the track's default
/// @param properties key-value pairs in wire form; empty: none
/// @param endOfGroup last object of its group; not with a status
/// @param status object status (0 normal, 3 end of group, 4 end of track) in place of a payload; null: a payload
/// @param payload content; empty with a status
public record ObjectDatagram(
        long alias,
        long group,
        long object,
        @Nullable Integer priority,
        byte[] properties,
        boolean endOfGroup,
        @Nullable Long status,
        byte[] payload) {
    /// @throws IllegalArgumentException if a field is out of range, or there is a status and something it excludes
    public ObjectDatagram {
        if (priority != null && (priority < 0 || priority > 255)) {
            throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
        }
        if (status != null && (!ObjectStatus.isKnown(status) || endOfGroup || payload.length > 0)) {
            throw new IllegalArgumentException(
                    "an object with status " + status + " has a status of 0, 3 or 4, no payload and no end-of-group bit");
        }
    }

    /// Reads a whole DATAGRAM payload.
    ///
    /// @throws MoqtException if it is malformed
    public static ObjectDatagram decode(byte[] bytes) {
        ObjectDatagramHeader header = ObjectDatagramHeader.decode(bytes, 0, bytes.length);
        ByteBuffer in = ByteBuffer.wrap(bytes).position(header.length());
        byte[] properties = {};
        if (header.hasProperties()) {
            properties = Wire.bytes(in);
            if (properties.length == 0) {
                throw MoqtException.violation("an object datagram has properties of length 0");
            }
            KeyValuePairs.decode(ByteBuffer.wrap(properties));
        }
        Long status = header.isStatus() ? Vi64.decode(in) : null;
        if (status != null && (in.hasRemaining() || !ObjectStatus.isKnown(status))) {
            throw MoqtException.violation("an object datagram with status " + status + " is malformed");
        }
        return new ObjectDatagram(
                header.alias(),
                header.group(),
                header.object(),
                header.priority() < 0 ? null : header.priority(),
                properties,
                (header.type() & ObjectDatagramHeader.END_OF_GROUP) != 0,
                status,
                Wire.remaining(in));
    }

    /// Wire form, with the alias as short as it can be.
    public byte[] encode() {
        int type = (properties.length > 0 ? ObjectDatagramHeader.PROPERTIES : 0)
                | (endOfGroup ? ObjectDatagramHeader.END_OF_GROUP : 0)
                | (object == 0 ? ObjectDatagramHeader.ZERO_OBJECT : 0)
                | (priority == null ? ObjectDatagramHeader.DEFAULT_PRIORITY : 0)
                | (status != null ? ObjectDatagramHeader.STATUS : 0);
        var out = new ByteArrayOutputStream(payload.length + 32);
        out.write(type);
        out.writeBytes(Vi64.encode(alias));
        out.writeBytes(Vi64.encode(group));
        if (object != 0) {
            out.writeBytes(Vi64.encode(object));
        }
        if (priority != null) {
            out.write(priority);
        }
        if (properties.length > 0) {
            out.writeBytes(Wire.prefixed(properties));
        }
        if (status != null) {
            out.writeBytes(Vi64.encode(status));
        } else {
            out.writeBytes(payload);
        }
        return out.toByteArray();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ObjectDatagram o && Arrays.equals(encode(), o.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }
}
