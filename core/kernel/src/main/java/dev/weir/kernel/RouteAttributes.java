// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// The attributes of an rtnetlink message: 16 bits length, 16 bits type, content, padded to four bytes.
final class RouteAttributes {
    private static final int HEADER = 4;
    private static final int TYPE_MASK = 0x3fff; // without NLA_F_NESTED and NLA_F_NET_BYTEORDER

    private final Map<Integer, ByteBuffer> contents = new HashMap<>();

    /// @param body of a message
    /// @param offset where its attributes begin
    static RouteAttributes of(ByteBuffer body, int offset) {
        var attributes = new RouteAttributes();
        int position = offset;
        while (position + HEADER <= body.limit()) {
            int length = Short.toUnsignedInt(body.getShort(position));
            if (length < HEADER || position + length > body.limit()) {
                break;
            }
            ByteBuffer content = body.slice(position + HEADER, length - HEADER).order(ByteOrder.nativeOrder());
            attributes.contents.put(body.getShort(position + 2) & TYPE_MASK, content);
            position += RouteSocket.align(length);
        }
        return attributes;
    }

    int number(int type, int otherwise) {
        ByteBuffer content = contents.get(type);
        return content == null || content.limit() < Integer.BYTES ? otherwise : content.getInt(0);
    }

    byte @Nullable [] bytes(int type) {
        ByteBuffer content = contents.get(type);
        if (content == null) {
            return null;
        }
        byte[] bytes = new byte[content.limit()];
        content.get(0, bytes);
        return bytes;
    }

    /// A string, with or without a zero byte at its end; empty if it is not there.
    String text(int type) {
        byte[] bytes = bytes(type);
        if (bytes == null) {
            return "";
        }
        String text = new String(bytes, StandardCharsets.UTF_8);
        int end = text.indexOf(0);
        return end < 0 ? text : text.substring(0, end);
    }

    @Nullable InetAddress address(int type) {
        byte[] bytes = bytes(type);
        return bytes == null ? null : addressOf(bytes);
    }

    RouteAttributes nested(int type) {
        ByteBuffer content = contents.get(type);
        return content == null ? new RouteAttributes() : of(content, 0);
    }

    static @Nullable InetAddress addressOf(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            return null; // neither 4 nor 16 bytes: an address of another family
        }
    }

    /// Appends an attribute.
    static void put(ByteBuffer message, int type, byte[] content) {
        message.putShort((short) (HEADER + content.length)).putShort((short) type).put(content);
        message.position(RouteSocket.align(message.position()));
    }
}
