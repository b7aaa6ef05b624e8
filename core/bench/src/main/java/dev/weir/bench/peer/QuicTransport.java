// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicClientCodecBuilder;
import io.netty.handler.codec.quic.QuicCongestionControlAlgorithm;
import io.netty.handler.codec.quic.QuicSslContext;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/// One QUIC connection on quiche with a UDP socket of its own.
///
/// @param socket the UDP socket
/// @param connection the connection
/// @param arrivals counts what comes in on the socket
/// @param acknowledgements when to acknowledge it
/// @param silence cuts the connection off
record QuicTransport(
        Channel socket,
        QuicChannel connection,
        ArrivalCounter arrivals,
        AcknowledgementDelay acknowledgements,
        Silence silence) {
    private static final String ALPN = "moqt-18";
    private static final int CONNECT_SECONDS = 10;
    private static final int IDLE_SECONDS = 30;
    private static final int SOCKET_BUFFER = 4 << 20;
    private static final long PORT_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final int PORT_POLL_MILLIS = 5;
    private static final long CONNECTION_WINDOW = 64L << 20;
    private static final long STREAM_WINDOW = 8L << 20;
    private static final long STREAMS = 10_000;
    /// What quiche queues before netty drops datagrams without a word: more than a run can have waiting.
    private static final int DATAGRAM_QUEUE = 1 << 16;
    private static final int UDP_PAYLOAD = 1200;
    /// So many that a local network is never the bottleneck: the peers are to load the relay, not to be polite.
    private static final int INITIAL_WINDOW_PACKETS = 1000;

    /// Connects. The socket is made on the calling thread, so it belongs to that thread's network namespace.
    ///
    /// @param handler handles the connection's events
    /// @param streams handles the streams that the relay opens
    /// @throws BenchException if the connection does not come about
    static QuicTransport connect(PeerLoop loop, PeerOptions options, ChannelHandler handler, ChannelHandler streams) {
        var arrivals = new ArrivalCounter();
        var acknowledgements = new AcknowledgementDelay();
        var silence = new Silence(Integer.MAX_VALUE);
        Channel socket = openSocket(loop, options, silence, arrivals, acknowledgements);
        try {
            QuicChannel connection = handshake(socket, options, handler, streams).get(CONNECT_SECONDS + 1, TimeUnit.SECONDS);
            return new QuicTransport(socket, connection, arrivals, acknowledgements, silence);
        } catch (ExecutionException | TimeoutException e) {
            socket.close();
            throw noConnection(options, e.getCause() == null ? e : e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            socket.close();
            throw noConnection(options, e);
        }
    }

    private static Future<QuicChannel> handshake(
            Channel socket, PeerOptions options, ChannelHandler handler, ChannelHandler streams) {
        return QuicChannel.newBootstrap(socket)
                .handler(handler)
                .streamHandler(streams)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_SECONDS * 1000)
                .remoteAddress(options.relay())
                .connect();
    }

    /// Sends the first datagram of a handshake and vanishes.
    static void abandonHandshake(PeerLoop loop, PeerOptions options) {
        Channel socket = openSocket(loop, options, new Silence(1));
        handshake(socket, options, new ChannelInboundHandlerAdapter(), new ChannelInboundHandlerAdapter());
        // The socket's loop runs what it is given in order: the handshake has begun when this is its turn.
        socket.eventLoop().execute(() -> socket.eventLoop().execute(socket::close));
    }

    private static BenchException noConnection(PeerOptions options, Throwable cause) {
        boolean silent = cause instanceof TimeoutException || cause instanceof ConnectTimeoutException;
        String why = silent ? "no answer within " + CONNECT_SECONDS + " s" : cause.getMessage();
        return new BenchException("Cannot connect to the relay at " + options.serverName() + " (" + options.relay() + "; "
                + why + "); check that './weir serve' runs there, that its UDP port is open, and that its"
                + " certificate is the one you named.", cause);
    }

    private static Channel openSocket(PeerLoop loop, PeerOptions options, ChannelHandler... firstHandlers) {
        ChannelHandler codec = codec(options);
        Bootstrap bootstrap = new Bootstrap()
                .group(loop.group())
                .channelFactory(NioDatagramChannel::new)
                .option(ChannelOption.SO_RCVBUF, SOCKET_BUFFER)
                .option(ChannelOption.SO_SNDBUF, SOCKET_BUFFER)
                .handler(new ChannelInitializer<>() {
                    @Override
                    protected void initChannel(Channel channel) {
                        channel.pipeline().addLast(firstHandlers).addLast(codec);
                    }
                });
        try {
            var address = new InetSocketAddress(addressTowards(options.relay()), options.localPort());
            awaitFree(address);
            return bootstrap.bind(address).sync().channel();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw noConnection(options, e);
        } catch (IOException e) {
            throw noConnection(options, e);
        }
    }

    /// A port that another peer has just left is not free before that peer's selector has looked once more: a channel that
    /// is registered with one is only then really closed. Binding tells if it stays in use.
    private static void awaitFree(InetSocketAddress address) throws InterruptedException {
        long patience = System.nanoTime() + PORT_PATIENCE_NANOS;
        while (address.getPort() != 0 && !isFree(address) && System.nanoTime() < patience) {
            TimeUnit.MILLISECONDS.sleep(PORT_POLL_MILLIS);
        }
    }

    private static boolean isFree(InetSocketAddress address) {
        try (var probe = new DatagramSocket(address)) {
            return probe.isBound();
        } catch (SocketException e) {
            return false;
        }
    }

    /// The address that packets to the relay come from: quiche wants to know it exactly.
    private static InetAddress addressTowards(InetSocketAddress relay) throws IOException {
        try (var probe = new DatagramSocket()) {
            probe.connect(relay);
            return probe.getLocalAddress();
        }
    }

    private static ChannelHandler codec(PeerOptions options) {
        QuicSslContextBuilder tls = QuicSslContextBuilder.forClient().applicationProtocols(ALPN);
        options.trust().applyTo(tls);
        if (options.keyLog() != null) {
            tls.keylog(new KeyLog(options.keyLog()));
        }
        QuicSslContext context = tls.build();
        return new QuicClientCodecBuilder()
                .sslEngineProvider(channel ->
                        context.newEngine(channel.alloc(), options.serverName(), options.relay().getPort()))
                .maxIdleTimeout(IDLE_SECONDS, TimeUnit.SECONDS)
                .maxSendUdpPayloadSize(UDP_PAYLOAD)
                .initialMaxData(CONNECTION_WINDOW)
                .initialMaxStreamDataBidirectionalLocal(STREAM_WINDOW)
                .initialMaxStreamDataBidirectionalRemote(STREAM_WINDOW)
                .initialMaxStreamDataUnidirectional(STREAM_WINDOW)
                .initialMaxStreamsBidirectional(STREAMS)
                .initialMaxStreamsUnidirectional(STREAMS)
                .datagram(DATAGRAM_QUEUE, DATAGRAM_QUEUE)
                .congestionControlAlgorithm(QuicCongestionControlAlgorithm.CUBIC)
                .initialCongestionWindowPackets(INITIAL_WINDOW_PACKETS)
                .localConnectionIdLength(options.connectionIdLength())
                .build();
    }

    /// The local address, once bound.
    InetSocketAddress localAddress() {
        return (InetSocketAddress) socket.localAddress();
    }
}
