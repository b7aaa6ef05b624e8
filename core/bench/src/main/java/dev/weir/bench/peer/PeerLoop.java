// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.TimeUnit;

/// One thread that any number of peers run on. Network namespaces do not matter to it: a socket belongs to the namespace of
/// the thread that makes it, see [PublisherPeer#connect] and [SubscriberPeer#connect].
public final class PeerLoop implements AutoCloseable {
    private final EventLoopGroup group;

    /// @param name name of the thread
    public PeerLoop(String name) {
        this.group = new MultiThreadIoEventLoopGroup(1, new DefaultThreadFactory(name, true), NioIoHandler.newFactory());
    }

    EventLoopGroup group() {
        return group;
    }

    /// Ends the thread. Close the peers first, so that they can say goodbye.
    @Override
    public void close() {
        group.shutdownGracefully(0, 2, TimeUnit.SECONDS).awaitUninterruptibly(5, TimeUnit.SECONDS);
    }
}
