// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import io.netty.channel.ChannelFuture;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import org.jspecify.annotations.Nullable;

/// A bidirectional stream with one request and everything that belongs to it. Event loop only.
final class RequestStream extends StreamReader {
    /// Takes what comes on the stream.
    interface Listener {
        /// The next message.
        void message(RequestStream stream, ControlMessage message);

        /// The relay ended its side.
        ///
        /// @param reason why, as a clause
        void ended(String reason);
    }

    private final ControlDecoder decoder = new ControlDecoder();
    private @Nullable Listener listener;
    private @Nullable QuicStreamChannel channel;

    /// @param listener null: the first message goes to the session's events, which set one
    RequestStream(MoqtSession session, @Nullable Listener listener) {
        super(session);
        this.listener = listener;
    }

    void listen(Listener newListener) {
        listener = newListener;
    }

    void opened(QuicStreamChannel stream) {
        channel = stream;
    }

    @Override
    void bytes(QuicStreamChannel stream, byte[] bytes) {
        channel = stream;
        decoder.feed(bytes);
        for (ControlMessage message = decoder.next(); message != null; message = decoder.next()) {
            if (listener == null) {
                session().events().request(this, message);
            } else {
                listener.message(this, message);
            }
        }
    }

    @Override
    void finished(QuicStreamChannel stream) {
        end("the relay ended the request");
    }

    @Override
    void reset(QuicStreamChannel stream, long code) {
        end("the relay reset the request with code " + code);
    }

    private void end(String reason) {
        if (listener != null) {
            listener.ended(reason);
        }
    }

    /// Sends a message.
    ChannelFuture send(ControlMessage message) {
        return write(message, false);
    }

    /// Sends the last message.
    ChannelFuture sendLast(ControlMessage message) {
        return write(message, true);
    }

    private ChannelFuture write(ControlMessage message, boolean last) {
        QuicStreamChannel stream = channel;
        if (stream == null) {
            throw new IllegalStateException("The request stream is not open yet.");
        }
        byte[] bytes = ControlCodec.encode(message);
        QuicStreamFrame frame = new DefaultQuicStreamFrame(stream.alloc().directBuffer(bytes.length).writeBytes(bytes), last);
        return stream.writeAndFlush(frame);
    }
}
