// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import dev.weir.testkit.Host;
import dev.weir.testkit.TestkitException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;

/// A path that takes time, in user space, for kernels without netem. Peers talk to the proxy as if it were the relay; the proxy talks to
/// the relay from a UDP port of its own for each of them. So the relay sees the proxy's address: run the proxy on the peers' own host
/// (namespace), and the relay's copies still leave by the very device.
///
/// Delays are kept to about a millisecond. A packet of up to 64 KiB is passed on as it is; nothing is lost here but what the
/// machine's socket buffers lose. From [#start] to [#close]; for any number of threads.
public final class DelayProxy implements AutoCloseable {
    private static final int BUFFER = 4 << 20;
    private static final int PACKET = 1 << 16;

    private final InetSocketAddress target;
    private volatile Delay delay;
    private final Selector selector;
    private final DatagramChannel front;
    private final Map<SocketAddress, Peer> peers = new ConcurrentHashMap<>();
    private final ByteBuffer packet = ByteBuffer.allocateDirect(PACKET);
    private final AtomicLong carried = new AtomicLong();
    private final AtomicLong overtaken = new AtomicLong();
    private final AtomicLong fromTarget = new AtomicLong();
    private final Queue<Runnable> orders = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /// One peer's socket towards the relay, and the two ways.
    private record Peer(SocketAddress address, DatagramChannel back, DelayLine<ByteBuffer> toRelay, DelayLine<ByteBuffer> toPeer) {}

    private DelayProxy(InetSocketAddress listen, InetSocketAddress target, Delay delay) throws IOException {
        this.target = target;
        this.delay = delay;
        this.selector = Selector.open();
        this.front = open();
        front.bind(listen);
        front.register(selector, SelectionKey.OP_READ);
    }

    /// Begins.
    ///
    /// @param threads makes the proxy's thread; its network namespace is the proxy's
    /// @param listen where peers send to; port 0: any
    /// @param target the relay
    /// @param delay how long packets take
    /// @return the running proxy
    /// @throws TestkitException if the address cannot be bound
    public static DelayProxy start(ThreadFactory threads, InetSocketAddress listen, InetSocketAddress target, Delay delay) {
        var started = new CompletableFuture<DelayProxy>();
        Thread thread = threads.newThread(() -> {
            try {
                var proxy = new DelayProxy(listen, target, delay);
                started.complete(proxy);
                proxy.run();
            } catch (IOException | RuntimeException e) {
                started.completeExceptionally(e);
            }
        });
        thread.start();
        try {
            return started.join();
        } catch (CompletionException e) {
            throw new TestkitException("The delay proxy cannot listen on " + listen + " (" + e.getCause().getMessage()
                    + "); choose an address of its network namespace.", e.getCause());
        }
    }

    /// Begins on a host, at a loopback port of its own, before the relay that the host reaches by IPv4.
    ///
    /// @param host of the peers
    /// @param port UDP port of the relay
    /// @param delay how long packets take
    /// @return the running proxy
    public static DelayProxy on(Host host, int port, Delay delay) {
        return start(host.namespace().threadFactory(), new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                new InetSocketAddress(host.relayIpv4(), port), delay);
    }

    private static DatagramChannel open() throws IOException {
        DatagramChannel channel = DatagramChannel.open();
        channel.setOption(StandardSocketOptions.SO_RCVBUF, BUFFER);
        channel.setOption(StandardSocketOptions.SO_SNDBUF, BUFFER);
        channel.configureBlocking(false);
        return channel;
    }

    /// @return where peers send to
    public InetSocketAddress address() {
        try {
            return (InetSocketAddress) front.getLocalAddress();
        } catch (IOException e) {
            throw new TestkitException("The delay proxy is closed.", e);
        }
    }

    /// From now on, packets take another time; what is on its way keeps its own.
    ///
    /// @param next how long packets take; its seed does not matter any more
    public void change(Delay next) {
        delay = next;
    }

    /// The address that the relay sees instead of a peer's.
    ///
    /// @param port of the peer
    /// @return UDP port of the proxy's own, from which it speaks to the relay for this peer
    /// @throws TestkitException if nothing has come from the peer yet
    public int portTowardsRelay(int port) {
        try {
            for (Peer peer : peers.values()) {
                if (((InetSocketAddress) peer.address()).getPort() == port) {
                    return ((InetSocketAddress) peer.back().getLocalAddress()).getPort();
                }
            }
        } catch (IOException e) {
            throw new TestkitException("The delay proxy is closed.", e);
        }
        throw new TestkitException("Nothing has come to the delay proxy from port " + port + "; ask when the peer is connected.");
    }

    /// From now on, the relay sees another address of each peer, as behind a router that has forgotten them: what comes to the old one
    /// goes nowhere. Returns when that is so.
    ///
    /// @throws TestkitException if there are no ports left, or the proxy is closed
    public void rebind() {
        if (!selector.isOpen()) {
            throw new TestkitException("The delay proxy is closed; start another one.");
        }
        var done = new CompletableFuture<Void>();
        orders.add(() -> {
            try {
                for (Peer peer : peers.values()) {
                    peer.back().close();
                    peers.put(peer.address(), bound(peer.address(), peer.toRelay(), peer.toPeer()));
                }
                done.complete(null);
            } catch (IOException e) {
                done.completeExceptionally(e);
            }
        });
        selector.wakeup();
        try {
            done.join();
        } catch (CompletionException e) {
            throw new TestkitException("The delay proxy has no other port for a peer (" + e.getCause().getMessage() + ").", e.getCause());
        }
    }

    /// @return packets that have come from the relay so far
    public long fromTarget() {
        return fromTarget.get();
    }

    /// @return packets passed on so far, both ways together
    public long carried() {
        return carried.get();
    }

    /// @return of these, packets that waited longer than their turn
    public long overtaken() {
        return overtaken.get();
    }

    private void run() {
        try (selector; front) {
            while (selector.isOpen()) {
                selector.select(this::receive, untilNext());
                for (Runnable order = orders.poll(); order != null; order = orders.poll()) {
                    order.run();
                }
                passOn(System.nanoTime());
            }
        } catch (IOException | ClosedSelectorException e) {
            // closed: what is still on its way is lost, as when a cable is cut
        } finally {
            peers.values().forEach(peer -> closeQuietly(peer.back()));
            ended.complete(null);
        }
    }

    private static void closeQuietly(DatagramChannel channel) {
        try {
            channel.close();
        } catch (IOException e) {
            // nothing depends on it any more
        }
    }

    /// Milliseconds to wait at most, 1 or more; 0: until something arrives.
    private long untilNext() {
        long next = Long.MAX_VALUE;
        for (Peer peer : peers.values()) {
            next = Math.min(next, Math.min(peer.toRelay().nextNanos(), peer.toPeer().nextNanos()));
        }
        return next == Long.MAX_VALUE ? 0 : Math.max(1, Duration.ofNanos(next - System.nanoTime()).toMillis());
    }

    private void receive(SelectionKey key) {
        try {
            var channel = (DatagramChannel) key.channel();
            packet.clear();
            for (SocketAddress from = channel.receive(packet); from != null; from = channel.receive(packet.clear())) {
                ByteBuffer content = ByteBuffer.allocate(packet.flip().remaining()).put(packet).flip();
                if (channel == front) {
                    peer(from).toRelay().add(content, System.nanoTime());
                } else {
                    fromTarget.incrementAndGet();
                    ((Peer) key.attachment()).toPeer().add(content, System.nanoTime());
                }
            }
        } catch (IOException e) {
            // an ICMP error of an earlier packet, or closed: the next select tells
        }
    }

    private Peer peer(SocketAddress address) throws IOException {
        Peer known = peers.get(address);
        if (known != null) {
            return known;
        }
        long seed = delay.seed() + 2L * peers.size();
        Peer peer = bound(address, new DelayLine<>(() -> delay, seed), new DelayLine<>(() -> delay, seed + 1));
        peers.put(address, peer);
        return peer;
    }

    private Peer bound(SocketAddress address, DelayLine<ByteBuffer> toRelay, DelayLine<ByteBuffer> toPeer) throws IOException {
        DatagramChannel back = open();
        back.bind(null);
        var peer = new Peer(address, back, toRelay, toPeer);
        back.register(selector, SelectionKey.OP_READ, peer);
        return peer;
    }

    private void passOn(long now) {
        long late = 0;
        for (Peer peer : peers.values()) {
            send(peer.back(), peer.toRelay().take(now), target);
            send(front, peer.toPeer().take(now), peer.address());
            late += peer.toRelay().overtaken() + peer.toPeer().overtaken();
        }
        overtaken.set(late);
    }

    private void send(DatagramChannel channel, List<ByteBuffer> packets, SocketAddress to) {
        for (ByteBuffer content : packets) {
            try {
                channel.send(content, to);
                carried.incrementAndGet();
            } catch (IOException e) {
                // the network is unreachable at this moment: lost, as on a real path
            }
        }
    }

    /// Ends; what is on its way is lost.
    @Override
    public void close() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new TestkitException("The delay proxy cannot be closed (" + e.getMessage() + ").", e);
        }
        ended.join();
    }
}
