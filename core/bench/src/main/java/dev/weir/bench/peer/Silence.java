// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;

/// Sits between quiche and the UDP socket and, from some moment on, swallows what either says: to the relay it is a host whose
/// process was killed or whose cable was cut.
final class Silence extends ChannelDuplexHandler {
    private int writesLeft;
    private volatile boolean silent;

    /// @param writes UDP datagrams that may leave; [Integer#MAX_VALUE]: any number
    Silence(int writes) {
        this.writesLeft = writes;
    }

    /// Nothing goes in or out any more. Any thread.
    void begin() {
        silent = true;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) throws Exception {
        if (silent) {
            ReferenceCountUtil.release(message);
        } else {
            super.channelRead(context, message);
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
        if (silent || writesLeft == 0) {
            ReferenceCountUtil.release(message);
            promise.setSuccess();
            return;
        }
        if (writesLeft != Integer.MAX_VALUE) {
            writesLeft--;
        }
        super.write(context, message, promise);
    }
}
