// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamResetException;
import dev.weir.wire.moqt.MoqtException;

/// Reads one QUIC stream: bytes, then the end, a reset, or the end of the connection.
abstract class StreamReader extends SimpleChannelInboundHandler<QuicStreamFrame> {
    private final MoqtSession session;
    private boolean over;

    StreamReader(MoqtSession session) {
        this.session = session;
    }

    MoqtSession session() {
        return session;
    }

    abstract void bytes(QuicStreamChannel stream, byte[] bytes);

    abstract void finished(QuicStreamChannel stream);

    abstract void reset(QuicStreamChannel stream, long code);

    @Override
    public void handlerAdded(ChannelHandlerContext context) {
        // FIN as a part of what is read, not as an event beside it.
        ((QuicStreamChannel) context.channel()).config().setReadFrames(true);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext context, QuicStreamFrame frame) {
        var stream = (QuicStreamChannel) context.channel();
        try {
            if (frame.content().isReadable()) {
                bytes(stream, ByteBufUtil.getBytes(frame.content()));
            }
            if (frame.hasFin() && !over) {
                over = true;
                finished(stream);
            }
        } catch (MoqtException e) {
            session.violated(e);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof QuicStreamResetException reset && !over) {
            over = true;
            reset((QuicStreamChannel) context.channel(), reset.applicationProtocolCode());
        } else if (!over) {
            session.failed(cause);
        }
    }
}
