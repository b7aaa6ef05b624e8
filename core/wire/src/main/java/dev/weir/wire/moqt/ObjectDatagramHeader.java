// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.ByteBuffer;

/// What an OBJECT_DATAGRAM says before its properties and payload (draft-18 section 10.3.1).
///
/// @param type 0b00S0DZEP: S status, D priority of the track, Z object ID 0, E end of group, P properties
/// @param alias track alias
/// @param aliasOffset where the alias begins in the payload of the DATAGRAM frame
/// @param aliasLength its encoded length, 1 to 9
/// @param group group ID
/// @param object object ID
/// @param priority publisher priority, -1 if inherited from the track
/// @param length bytes of this header
public record ObjectDatagramHeader(
        int type, long alias, int aliasOffset, int aliasLength, long group, long object, int priority, int length) {
    static final int PROPERTIES = 0x01;
    static final int END_OF_GROUP = 0x02;
    static final int ZERO_OBJECT = 0x04;
    static final int DEFAULT_PRIORITY = 0x08;
    static final int STATUS = 0x20;
    private static final int ILLEGAL = 0xd0;
    private static final long PADDING = 0x132B3E29;

    /// Whether a DATAGRAM payload is padding, to be ignored, and no object.
    public static boolean isPadding(byte[] bytes, int offset, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length);
        return Vi64.isComplete(in) && Vi64.decode(in) == PADDING;
    }

    /// Reads the header at `offset` of `bytes`, whose `length` bytes are a DATAGRAM payload without padding.
    ///
    /// @throws MoqtException if it is cut off or its type is illegal
    public static ObjectDatagramHeader decode(byte[] bytes, int offset, int length) {
        ByteBuffer in = ByteBuffer.wrap(bytes, offset, length).slice();
        long type = Vi64.decode(in);
        if (Long.compareUnsigned(type, 0x3f) > 0
                || (type & ILLEGAL) != 0
                || (type & (STATUS | END_OF_GROUP)) == (STATUS | END_OF_GROUP)) {
            throw MoqtException.violation("illegal object datagram type 0x" + Long.toHexString(type));
        }
        int aliasOffset = in.position();
        long alias = Vi64.decode(in);
        int aliasLength = in.position() - aliasOffset;
        long group = Vi64.decode(in);
        long object = (type & ZERO_OBJECT) != 0 ? 0 : Vi64.decode(in);
        int priority = -1;
        if ((type & DEFAULT_PRIORITY) == 0) {
            if (!in.hasRemaining()) {
                throw MoqtException.violation("an object datagram is cut off before its priority");
            }
            priority = in.get() & 0xff;
        }
        return new ObjectDatagramHeader(
                (int) type, alias, aliasOffset, aliasLength, group, object, priority, in.position());
    }

    /// Where the object's payload begins, behind the properties if there are any. An object with a status has no payload.
    ///
    /// @param bytes the DATAGRAM payload that begins with this header
    /// @return at most its length; its length as well if the properties do not fit
    public int payloadOffset(byte[] bytes) {
        if (isStatus()) {
            return bytes.length;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes).position(length);
        if (hasProperties()) {
            long properties = Vi64.isComplete(in) ? Vi64.decode(in) : bytes.length;
            return Long.compareUnsigned(properties, in.remaining()) <= 0 ? in.position() + (int) properties : bytes.length;
        }
        return in.position();
    }

    boolean hasProperties() {
        return (type & PROPERTIES) != 0;
    }

    boolean isStatus() {
        return (type & STATUS) != 0;
    }
}
