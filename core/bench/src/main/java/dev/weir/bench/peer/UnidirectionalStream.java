// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.MessageType;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.Vi64;
import io.netty.handler.codec.quic.QuicStreamChannel;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// A stream that the relay sends on: its control stream, a subgroup, or padding. Event loop only.
final class UnidirectionalStream extends StreamReader {
    private static final long PADDING = 0x132B_3E28L;

    private enum Kind { UNKNOWN, CONTROL, SUBGROUP, PADDING }

    private final ControlDecoder decoder = new ControlDecoder();
    private Kind kind = Kind.UNKNOWN;
    private ByteBuffer beginning = ByteBuffer.allocate(0);
    private SessionEvents.@Nullable SubgroupStream subgroup;

    UnidirectionalStream(MoqtSession session) {
        super(session);
    }

    @Override
    void bytes(QuicStreamChannel stream, byte[] bytes) {
        if (subgroup != null) {
            subgroup.bytes(bytes);
        } else if (kind == Kind.CONTROL) {
            control(bytes);
        } else if (kind != Kind.PADDING) {
            begin(bytes);
        }
    }

    private void begin(byte[] bytes) {
        beginning = ByteBuffer.allocate(beginning.remaining() + bytes.length).put(beginning).put(bytes).flip();
        if (!Vi64.isComplete(beginning)) {
            return;
        }
        long type = Vi64.decode(beginning.duplicate());
        if (type == MessageType.SETUP.code()) {
            kind = Kind.CONTROL;
            control(remaining());
        } else if (type == PADDING) {
            kind = Kind.PADDING;
        } else {
            kind = Kind.SUBGROUP;
            SubgroupHeader header = SubgroupHeader.decode(beginning);
            if (header != null) {
                subgroup = session().events().subgroup(header);
                subgroup.bytes(remaining());
            }
        }
    }

    private byte[] remaining() {
        byte[] rest = new byte[beginning.remaining()];
        beginning.get(rest);
        return rest;
    }

    private void control(byte[] bytes) {
        decoder.feed(bytes);
        for (ControlMessage message = decoder.next(); message != null; message = decoder.next()) {
            session().control(message);
        }
    }

    @Override
    void finished(QuicStreamChannel stream) {
        if (subgroup != null) {
            subgroup.finished();
        } else if (kind == Kind.CONTROL) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION, "the control stream was closed");
        } else if (kind != Kind.PADDING) {
            throw new MoqtException(SessionError.PROTOCOL_VIOLATION, "a stream ended inside its header");
        }
    }

    @Override
    void reset(QuicStreamChannel stream, long code) {
        if (subgroup != null) {
            subgroup.reset(code);
        } else if (kind == Kind.CONTROL) {
            session().violated(new MoqtException(SessionError.PROTOCOL_VIOLATION, "the control stream was reset"));
        } else if (kind != Kind.PADDING) {
            session().events().unknownStreamReset();
        }
    }
}
