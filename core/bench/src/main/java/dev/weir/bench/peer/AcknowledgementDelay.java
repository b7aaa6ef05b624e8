// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.util.concurrent.TimeUnit;

/// Has quiche acknowledge every second packet or after some milliseconds, as RFC 9000 section 13.2.2 recommends and browsers
/// do. By itself it acknowledges at the end of every read, which is every packet of a steady flow. What arrived is handled at
/// once all the same.
final class AcknowledgementDelay extends ChannelInboundHandlerAdapter {
    private static final int PACKETS = 2;
    /// Well below the 25 ms that max_ack_delay promises.
    private static final int MILLIS = 10;

    private boolean delaying;
    private int unacknowledged;
    private boolean scheduled;

    /// Begins to delay: not during the handshake, whose packets should be answered at once. Event loop only.
    void begin() {
        delaying = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        unacknowledged++;
        super.channelRead(context, message);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (!delaying) {
            complete(context);
        } else if (unacknowledged >= PACKETS) {
            // After the other sockets that are readable now: their packets are measured, too.
            context.executor().execute(() -> complete(context));
        } else if (!scheduled) {
            scheduled = true;
            context.executor().schedule(() -> {
                scheduled = false;
                complete(context);
            }, MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void complete(ChannelHandlerContext context) {
        if (unacknowledged > 0) {
            unacknowledged = 0;
            context.fireChannelReadComplete();
        }
    }
}
