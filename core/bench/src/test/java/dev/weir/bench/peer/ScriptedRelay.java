// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Setup;
import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.codec.quic.DefaultQuicStreamFrame;
import io.netty.handler.codec.quic.InsecureQuicTokenHandler;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicServerCodecBuilder;
import io.netty.handler.codec.quic.QuicSslContextBuilder;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamFrame;
import io.netty.handler.codec.quic.QuicStreamType;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A QUIC peer on quiche that plays a relay's part as a test tells it, for one connection: what a real relay would never do
/// included. It answers SETUP by itself.
final class ScriptedRelay implements AutoCloseable {
    /// A message that a peer sent on a request stream.
    record Received(QuicStreamChannel stream, ControlMessage message) {}

    private static final long WINDOW = 10_000_000;

    private final PeerLoop loop = new PeerLoop("scripted-relay");
    private final CompletableFuture<QuicChannel> connection = new CompletableFuture<>();
    private final BlockingQueue<Received> messages = new LinkedBlockingQueue<>();
    private final CompletableFuture<QuicConnectionCloseEvent> close = new CompletableFuture<>();
    final Map<Long, byte[]> finishedStreams = new ConcurrentSkipListMap<>();
    final List<byte[]> datagrams = new CopyOnWriteArrayList<>();
    private final Channel socket;

    ScriptedRelay(DevelopmentCertificate certificate, long streamLimit) throws InterruptedException {
        var tls = QuicSslContextBuilder.forServer(certificate.key(), null, certificate.certificate())
                .applicationProtocols("moqt-18")
                .build();
        ChannelHandler codec = new QuicServerCodecBuilder()
                .sslContext(tls)
                .maxIdleTimeout(10, TimeUnit.SECONDS)
                .initialMaxData(WINDOW)
                .initialMaxStreamDataBidirectionalLocal(WINDOW)
                .initialMaxStreamDataBidirectionalRemote(WINDOW)
                .initialMaxStreamDataUnidirectional(WINDOW)
                .initialMaxStreamsBidirectional(100)
                .initialMaxStreamsUnidirectional(streamLimit)
                .datagram(1000, 1000)
                .tokenHandler(InsecureQuicTokenHandler.INSTANCE)
                .handler(new Connection())
                .streamHandler(new ChannelInitializer<QuicStreamChannel>() {
                    @Override
                    protected void initChannel(QuicStreamChannel stream) {
                        stream.config().setReadFrames(true);
                        stream.pipeline().addLast(stream.type() == QuicStreamType.UNIDIRECTIONAL ? new DataStream() : new Requests());
                    }
                })
                .build();
        socket = new Bootstrap().group(loop.group()).channel(NioDatagramChannel.class).handler(codec)
                .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)).sync().channel();
    }

    InetSocketAddress address() {
        return (InetSocketAddress) socket.localAddress();
    }

    /// The next request message of the peer.
    Received await() throws InterruptedException {
        Received received = messages.poll(10, TimeUnit.SECONDS);
        if (received == null) {
            throw new AssertionError("The peer sent no message within 10 s.");
        }
        return received;
    }

    /// How the peer closed the connection.
    QuicConnectionCloseEvent awaitClose() throws Exception {
        return close.get(10, TimeUnit.SECONDS);
    }

    static void send(QuicStreamChannel stream, ControlMessage message) {
        stream.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(ControlCodec.encode(message)), false));
    }

    /// Opens a request stream towards the peer.
    QuicStreamChannel request(ControlMessage message) throws Exception {
        var answers = new ChannelInitializer<QuicStreamChannel>() {
            @Override
            protected void initChannel(QuicStreamChannel channel) {
                channel.config().setReadFrames(true);
                channel.pipeline().addLast(new Requests());
            }
        };
        QuicStreamChannel stream = connection.get(10, TimeUnit.SECONDS)
                .createStream(QuicStreamType.BIDIRECTIONAL, answers).get(10, TimeUnit.SECONDS);
        send(stream, message);
        return stream;
    }

    /// Opens a unidirectional stream.
    QuicStreamChannel stream() throws Exception {
        return connection.get(10, TimeUnit.SECONDS)
                .createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).get(10, TimeUnit.SECONDS);
    }

    static void write(QuicStreamChannel stream, boolean fin, byte[]... parts) {
        stream.writeAndFlush(new DefaultQuicStreamFrame(Unpooled.wrappedBuffer(parts), fin));
    }

    void datagram(byte[] bytes) throws Exception {
        connection.get(10, TimeUnit.SECONDS).writeAndFlush(Unpooled.wrappedBuffer(bytes));
    }

    @Override
    public void close() {
        socket.close().awaitUninterruptibly();
        loop.close();
    }

    private final class Connection extends ChannelInboundHandlerAdapter {
        @Override
        public boolean isSharable() {
            return true;
        }

        @Override
        public void channelActive(ChannelHandlerContext context) {
            var channel = (QuicChannel) context.channel();
            channel.createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter()).addListener(opened -> {
                ((QuicStreamChannel) opened.getNow()).writeAndFlush(Unpooled.wrappedBuffer(ControlCodec.encode(new Setup(List.of()))));
                connection.complete(channel);
            });
        }

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (message instanceof ByteBuf datagram) {
                datagrams.add(ByteBufUtil.getBytes(datagram));
                datagram.release();
            } else {
                context.fireChannelRead(message);
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof QuicConnectionCloseEvent closing) {
                close.complete(closing);
            }
        }
    }

    private final class DataStream extends ChannelInboundHandlerAdapter {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var frame = (QuicStreamFrame) message;
            bytes.writeBytes(ByteBufUtil.getBytes(frame.content()));
            frame.release();
            if (frame.hasFin()) {
                finishedStreams.put(((QuicStreamChannel) context.channel()).streamId(), bytes.toByteArray());
            }
        }
    }

    private final class Requests extends ChannelInboundHandlerAdapter {
        private final ControlDecoder decoder = new ControlDecoder();

        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            var frame = (QuicStreamFrame) message;
            decoder.feed(ByteBufUtil.getBytes(frame.content()));
            frame.release();
            for (ControlMessage next = decoder.next(); next != null; next = decoder.next()) {
                messages.add(new Received((QuicStreamChannel) context.channel(), next));
            }
        }
    }
}
