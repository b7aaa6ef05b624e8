// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DatagramPacket;

/// Counts UDP datagrams with a short header, that is 1-RTT packets. What quiche accepts of them is fewer if a tag is wrong, a
/// packet number comes twice or frames are malformed: it drops those silently.
final class ArrivalCounter extends ChannelInboundHandlerAdapter {
    private static final int LONG_HEADER = 0x80;

    private long shortHeaders;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (message instanceof DatagramPacket packet
                && packet.content().isReadable()
                && (packet.content().getByte(packet.content().readerIndex()) & LONG_HEADER) == 0) {
            shortHeaders++;
        }
        super.channelRead(context, message);
    }

    /// To be read on the event loop.
    long shortHeaders() {
        return shortHeaders;
    }
}
