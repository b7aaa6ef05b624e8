// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Redirect;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Setup;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.ControlMessage.UnsupportedRequest;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// Control messages to and from bytes: Type vi64, Length uint16 big-endian, body (draft-18 section 9).
public final class ControlCodec {
    private static final int MAX_BODY = 0xffff;
    private static final int MAX_URI = 8192;

    private ControlCodec() {}

    /// Encodes a message with its type and length.
    ///
    /// @throws IllegalArgumentException if its body is longer than 65535 bytes
    public static byte[] encode(ControlMessage message) {
        var body = new ByteArrayOutputStream();
        MessageType type = encodeBody(message, body);
        if (body.size() > MAX_BODY) {
            throw new IllegalArgumentException("a " + type + " of " + body.size() + " bytes does not fit its length field");
        }
        byte[] length = {(byte) (body.size() >> 8), (byte) body.size()};
        return Wire.concat(Vi64.encode(type.code()), length, body.toByteArray());
    }

    private static MessageType encodeBody(ControlMessage message, ByteArrayOutputStream out) {
        switch (message) {
            case Setup m -> {
                KeyValuePairs.encode(m.options(), out);
                return MessageType.SETUP;
            }
            case Goaway m -> {
                out.writeBytes(Wire.prefixed(m.newUri().getBytes(StandardCharsets.UTF_8)));
                out.writeBytes(Vi64.encode(m.timeoutMillis()));
                if (m.requestId() != null) {
                    out.writeBytes(Vi64.encode(m.requestId()));
                }
                return MessageType.GOAWAY;
            }
            case Subscribe m -> {
                out.writeBytes(Vi64.encode(m.requestId()));
                out.writeBytes(Wire.encode(m.track()));
                ParameterCodec.encode(m.parameters(), out);
                return MessageType.SUBSCRIBE;
            }
            case SubscribeOk m -> {
                out.writeBytes(Vi64.encode(m.trackAlias()));
                ParameterCodec.encode(m.parameters(), out);
                out.writeBytes(m.properties().bytes());
                return MessageType.SUBSCRIBE_OK;
            }
            case RequestError m -> {
                out.writeBytes(Vi64.encode(m.code()));
                out.writeBytes(Vi64.encode(m.retryInterval()));
                out.writeBytes(Wire.encodeReason(m.reason()));
                if (m.redirect() != null) {
                    out.writeBytes(Wire.prefixed(m.redirect().uri().getBytes(StandardCharsets.UTF_8)));
                    out.writeBytes(Wire.encode(m.redirect().track()));
                }
                return MessageType.REQUEST_ERROR;
            }
            default -> {
                return encodeRest(message, out);
            }
        }
    }

    private static MessageType encodeRest(ControlMessage message, ByteArrayOutputStream out) {
        switch (message) {
            case RequestOk m -> {
                ParameterCodec.encode(m.parameters(), out);
                out.writeBytes(m.properties().bytes());
                return MessageType.REQUEST_OK;
            }
            case RequestUpdate m -> {
                out.writeBytes(Vi64.encode(m.requestId()));
                ParameterCodec.encode(m.parameters(), out);
                return MessageType.REQUEST_UPDATE;
            }
            case Publish m -> {
                out.writeBytes(Vi64.encode(m.requestId()));
                out.writeBytes(Wire.encode(m.track()));
                out.writeBytes(Vi64.encode(m.trackAlias()));
                ParameterCodec.encode(m.parameters(), out);
                out.writeBytes(m.properties().bytes());
                return MessageType.PUBLISH;
            }
            case PublishDone m -> {
                out.writeBytes(Vi64.encode(m.status()));
                out.writeBytes(Vi64.encode(m.streamCount()));
                out.writeBytes(Wire.encodeReason(m.reason()));
                return MessageType.PUBLISH_DONE;
            }
            case PublishNamespace m -> {
                out.writeBytes(Vi64.encode(m.requestId()));
                out.writeBytes(Wire.encode(m.namespace()));
                ParameterCodec.encode(m.parameters(), out);
                return MessageType.PUBLISH_NAMESPACE;
            }
            default -> throw new IllegalArgumentException("not to be sent: " + message);
        }
    }

    /// Reads one message at the buffer's position.
    ///
    /// @return null if the buffer does not hold the whole message; its position is unchanged then
    /// @throws MoqtException if the bytes are no message of draft-18
    static @Nullable ControlMessage decode(ByteBuffer in) {
        int start = in.position();
        if (!Vi64.isComplete(in)) {
            return null;
        }
        long code = Vi64.decode(in);
        MessageType type = MessageType.of(code);
        if (type == null) {
            throw MoqtException.violation("unknown message type 0x" + Long.toHexString(code));
        }
        if (in.remaining() < 2 || in.remaining() < 2 + (in.getShort(in.position()) & 0xffff)) {
            in.position(start);
            return null;
        }
        int length = in.getShort() & 0xffff;
        ByteBuffer body = in.slice(in.position(), length);
        in.position(in.position() + length);
        return body(type, body);
    }

    private static ControlMessage body(MessageType type, ByteBuffer body) {
        try {
            return fields(type, body.duplicate(), false);
        } catch (MoqtException e) {
            // @moq/net puts a length before LARGEST_OBJECT, as draft-16 had it: try that before giving up.
            return fieldsWithPrefixedLargest(type, body, e);
        }
    }

    private static ControlMessage fieldsWithPrefixedLargest(MessageType type, ByteBuffer body, MoqtException original) {
        try {
            return fields(type, body, true);
        } catch (MoqtException e) {
            throw original;
        }
    }

    private static ControlMessage fields(MessageType type, ByteBuffer in, boolean prefixedLargest) {
        ControlMessage message =
                switch (type) {
                    case SETUP -> new Setup(KeyValuePairs.decode(in));
                    case GOAWAY -> goaway(in);
                    case SUBSCRIBE ->
                        new Subscribe(Vi64.decode(in), Wire.trackName(in), ParameterCodec.decode(in, prefixedLargest));
                    case SUBSCRIBE_OK ->
                        new SubscribeOk(
                                Vi64.decode(in),
                                ParameterCodec.decode(in, prefixedLargest),
                                TrackProperties.of(Wire.remaining(in)));
                    case REQUEST_ERROR -> requestError(in);
                    case REQUEST_OK ->
                        new RequestOk(
                                ParameterCodec.decode(in, prefixedLargest), TrackProperties.of(Wire.remaining(in)));
                    case REQUEST_UPDATE ->
                        new RequestUpdate(Vi64.decode(in), ParameterCodec.decode(in, prefixedLargest));
                    case PUBLISH ->
                        new Publish(
                                Vi64.decode(in),
                                Wire.trackName(in),
                                Vi64.decode(in),
                                ParameterCodec.decode(in, prefixedLargest),
                                TrackProperties.of(Wire.remaining(in)));
                    case PUBLISH_DONE -> new PublishDone(Vi64.decode(in), Vi64.decode(in), Wire.reason(in));
                    case PUBLISH_NAMESPACE ->
                        new PublishNamespace(
                                Vi64.decode(in), Wire.namespace(in), ParameterCodec.decode(in, prefixedLargest));
                    case FETCH, TRACK_STATUS, SUBSCRIBE_NAMESPACE, SUBSCRIBE_TRACKS -> {
                        long requestId = Vi64.decode(in);
                        Wire.remaining(in);
                        yield new UnsupportedRequest(type.code(), requestId);
                    }
                };
        if (in.hasRemaining()) {
            throw MoqtException.violation("a " + type + " is longer than its fields");
        }
        return message;
    }

    private static Goaway goaway(ByteBuffer in) {
        String uri = uri(in);
        long timeout = Vi64.decode(in);
        Long requestId = in.hasRemaining() ? Vi64.decode(in) : null;
        return new Goaway(uri, timeout, requestId);
    }

    private static RequestError requestError(ByteBuffer in) {
        long code = Vi64.decode(in);
        long retry = Vi64.decode(in);
        String reason = Wire.reason(in);
        if (code != RequestErrorCode.REDIRECT.code()) {
            return new RequestError(code, retry, reason);
        }
        return new RequestError(code, retry, reason, new Redirect(uri(in), Wire.trackName(in)));
    }

    private static String uri(ByteBuffer in) {
        byte[] uri = Wire.bytes(in);
        if (uri.length > MAX_URI) {
            throw MoqtException.violation("a URI is longer than 8192 bytes");
        }
        return new String(uri, StandardCharsets.UTF_8);
    }
}
