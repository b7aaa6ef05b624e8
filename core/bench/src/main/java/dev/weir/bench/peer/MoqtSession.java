// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.BenchException;
import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.Setup;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SetupOption;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.handler.codec.quic.QuicChannel;
import io.netty.handler.codec.quic.QuicConnectionCloseEvent;
import io.netty.handler.codec.quic.QuicConnectionStats;
import io.netty.handler.codec.quic.QuicDatagramExtensionEvent;
import io.netty.handler.codec.quic.QuicException;
import io.netty.handler.codec.quic.QuicStreamChannel;
import io.netty.handler.codec.quic.QuicStreamLimitChangedEvent;
import io.netty.handler.codec.quic.QuicStreamType;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A MoQT draft-18 session on raw QUIC, from the connecting side (WIRE.md section 2). Its events come on the peer's event
/// loop; methods may be called on any thread unless they say otherwise.
final class MoqtSession {
    private static final Logger LOG = LoggerFactory.getLogger(MoqtSession.class);
    private static final int SETUP_SECONDS = 10;
    private static final int CLOSE_SECONDS = 2;
    private static final byte[] PATH = "/".getBytes(StandardCharsets.US_ASCII);

    private final SessionEvents events;
    private final CompletableFuture<Setup> setup = new CompletableFuture<>();
    private volatile int largestDatagram;
    private volatile @Nullable String violation;
    private volatile @Nullable String closeReason;
    private volatile @Nullable QuicTransport transport;
    private Runnable streamLimitRaised = () -> {};
    private long nextRequestId;

    private MoqtSession(SessionEvents events) {
        this.events = events;
    }

    /// Connects, exchanges SETUP. The socket belongs to the calling thread's network namespace.
    ///
    /// @throws BenchException if the relay cannot be reached or speaks something else
    static MoqtSession connect(PeerLoop loop, PeerOptions options, SessionEvents events) {
        var session = new MoqtSession(events);
        QuicTransport transport = QuicTransport.connect(loop, options, session.new ConnectionHandler(), session.new Streams());
        session.transport = transport;
        String authority = options.serverName() + ":" + options.relay().getPort();
        var message = new Setup(List.of(
                new SetupOption(SetupOption.PATH, PATH),
                new SetupOption(SetupOption.AUTHORITY, authority.getBytes(StandardCharsets.UTF_8)),
                new SetupOption(SetupOption.IMPLEMENTATION, "weir-bench".getBytes(StandardCharsets.US_ASCII))));
        try {
            QuicStreamChannel control = transport.connection()
                    .createStream(QuicStreamType.UNIDIRECTIONAL, new ChannelInboundHandlerAdapter())
                    .get(SETUP_SECONDS, TimeUnit.SECONDS);
            control.writeAndFlush(Unpooled.wrappedBuffer(ControlCodec.encode(message)));
            session.setup.get(SETUP_SECONDS, TimeUnit.SECONDS);
            return session;
        } catch (ExecutionException | TimeoutException e) {
            session.close();
            throw new BenchException("The relay at " + options.relay() + " did not answer SETUP (" + session.endReason(e)
                    + "); check that it is a MoQT draft-18 relay.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            session.close();
            throw new BenchException("Interrupted while waiting for the relay's SETUP.", e);
        }
    }

    private String endReason(Exception e) {
        String reason = closeReason;
        return reason != null ? reason : String.valueOf(e.getMessage());
    }

    SessionEvents events() {
        return events;
    }

    /// The connection; events never come before it is known, but for those of the handshake.
    QuicChannel connection() {
        return transport().connection();
    }

    private QuicTransport transport() {
        QuicTransport known = transport;
        if (known == null) {
            throw new IllegalStateException("The session is not connected yet.");
        }
        return known;
    }

    InetSocketAddress localAddress() {
        return transport().localAddress();
    }

    /// Bytes that fit a DATAGRAM frame to the relay; 0: the relay takes none.
    int largestDatagram() {
        return largestDatagram;
    }

    /// What the relay did against the rules, a sentence; null: nothing.
    @Nullable String violation() {
        return violation;
    }

    /// Runs a task on the event loop.
    void execute(Runnable task) {
        connection().eventLoop().execute(task);
    }

    /// 1-RTT packets that arrived and ones that quiche accepted. Event loop only.
    PacketCounts packetCounts() {
        QuicConnectionStats stats = connection().collectStats().getNow();
        return new PacketCounts(transport().arrivals().shortHeaders(), stats == null ? 0 : stats.recv());
    }

    /// @param arrived UDP datagrams with a short header
    /// @param accepted packets that quiche could open, of all kinds
    record PacketCounts(long arrived, long accepted) {}

    /// From now on acknowledges every other packet only. Event loop only.
    void delayAcknowledgements() {
        transport().acknowledgements().begin();
    }

    /// Has a task run whenever the relay allows more streams. Event loop only.
    void onStreamLimitRaised(Runnable task) {
        streamLimitRaised = task;
    }

    /// The next request ID of this side: even, ascending.
    synchronized long takeRequestId() {
        long id = nextRequestId;
        nextRequestId += 2;
        return id;
    }

    /// Opens a request stream and sends the request.
    void request(ControlMessage message, RequestStream.Listener listener) {
        var stream = new RequestStream(this, listener);
        connection().createStream(QuicStreamType.BIDIRECTIONAL, stream).addListener(opened -> {
            if (opened.isSuccess()) {
                stream.opened((QuicStreamChannel) opened.getNow());
                stream.send(message);
            } else {
                listener.ended("no request stream could be opened: " + opened.cause().getMessage());
            }
        });
    }

    /// A message on the relay's control stream. Event loop only.
    void control(ControlMessage message) {
        switch (message) {
            case Setup received when !setup.isDone() -> setup.complete(received);
            case Goaway goaway when setup.isDone() -> events.goaway(goaway);
            default -> throw new MoqtException(SessionError.PROTOCOL_VIOLATION,
                    message.getClass().getSimpleName() + " does not belong on the control stream");
        }
    }

    /// The relay broke MoQT's rules: closes the session with the code.
    void violated(MoqtException e) {
        violation = "MoQT: " + e.getMessage();
        LOG.atWarn().addKeyValue("code", e.code()).log("The relay broke the protocol: {}", e.getMessage());
        byte[] reason = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
        connection().close(true, (int) e.code(), Unpooled.wrappedBuffer(reason));
    }

    /// quiche or netty refused something.
    void failed(Throwable cause) {
        if (cause instanceof QuicException) {
            violation = "QUIC: " + cause.getMessage();
        }
        LOG.atWarn().setCause(cause).log("A peer's connection failed");
    }

    /// Closes the connection and the socket, and waits until the goodbye is sent.
    void close() {
        close(true, SessionError.NO_ERROR.code());
    }

    /// Cuts the connection off from the network; the socket stays open, so that nothing answers the relay.
    void fallSilent() {
        transport().silence().begin();
    }

    /// Closes the connection and the socket, and waits until the goodbye is sent.
    ///
    /// @param application whether the code is an application's, a session error of MoQT, or QUIC's
    void close(boolean application, long code) {
        QuicTransport known = transport;
        if (known != null) {
            known.connection().close(application, (int) code, Unpooled.EMPTY_BUFFER)
                    .awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
            known.socket().close().awaitUninterruptibly(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
    }

    /// Streams that the relay opens.
    private final class Streams extends ChannelInitializer<QuicStreamChannel> {
        @Override
        protected void initChannel(QuicStreamChannel stream) {
            stream.pipeline().addLast(stream.type() == QuicStreamType.UNIDIRECTIONAL
                    ? new UnidirectionalStream(MoqtSession.this)
                    : new RequestStream(MoqtSession.this, null));
        }
    }

    private final class ConnectionHandler extends ChannelInboundHandlerAdapter {
        @Override
        public void channelRead(ChannelHandlerContext context, Object message) {
            if (!(message instanceof ByteBuf datagram)) {
                context.fireChannelRead(message); // a stream of the relay's, for netty to register
                return;
            }
            try {
                events.datagram(ByteBufUtil.getBytes(datagram));
            } catch (MoqtException e) {
                violated(e);
            } finally {
                datagram.release();
            }
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            switch (event) {
                case QuicDatagramExtensionEvent extension -> largestDatagram = extension.maxLength();
                case QuicStreamLimitChangedEvent raised -> streamLimitRaised.run();
                case QuicConnectionCloseEvent close -> closeReason = describe(close);
                default -> LOG.atTrace().addKeyValue("event", event).log("Connection event");
            }
        }

        private static String describe(QuicConnectionCloseEvent close) {
            return "the relay closed the connection with " + (close.isApplicationClose() ? "session" : "transport")
                    + " error 0x" + Integer.toHexString(close.error()) + " '" + new String(close.reason(), StandardCharsets.UTF_8) + "'";
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            boolean timedOut = ((QuicChannel) context.channel()).isTimedOut();
            String reason = closeReason != null ? closeReason
                    : timedOut ? "the relay has not been heard of for too long" : "the connection was closed";
            closeReason = reason;
            setup.completeExceptionally(new BenchException("The session ended before SETUP: " + reason + "."));
            events.closed(reason);
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            failed(cause);
        }
    }
}
