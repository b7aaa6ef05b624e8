// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import dev.weir.testkit.TestkitException;
import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.SetupOption;
import java.io.IOException;
import java.io.OutputStream;
import java.net.DatagramSocket;
import java.net.URI;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.ConnectionListener;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.log.NullLogger;

/// A small peer on a Kwik client connection, MoQT or own framing, for tests of the relay: it speaks what a test tells it and
/// keeps what it hears.
public final class KwikPeer implements AutoCloseable {
    /// ALPN of MoQT draft-18 on raw QUIC.
    public static final String MOQT = "moqt-18";

    private static final long ANSWER_SECONDS = 10;
    private static final int ONE_PACKET = 1000;
    private static final int RECEIVE_BUFFER = 4 << 20;

    static {
        // It trusts any relay, and Kwik need not say so on stdout for each of them.
        System.setProperty("tech.kwik.core.no-security-warnings", "true");
    }

    /// Kwik's own side of the connection.
    public final QuicClientConnection connection;
    /// Payloads of DATAGRAMs, in the order in which they came.
    public final BlockingQueue<byte[]> datagrams = new LinkedBlockingQueue<>();
    /// The QUIC error that the relay closed the connection with.
    public final CompletableFuture<Long> closedWith = new CompletableFuture<>();
    /// Unidirectional streams of the relay that have ended, by stream ID.
    public final Map<Integer, byte[]> streams = new ConcurrentHashMap<>();
    /// Streams of the relay that ended early.
    public final Set<Integer> brokenStreams = ConcurrentHashMap.newKeySet();
    /// Request streams that the relay opened.
    public final BlockingQueue<Request> incoming = new LinkedBlockingQueue<>();

    /// Changes what is offered and promised in the handshake, and the connection before that.
    public interface Habit extends Consumer<QuicClientConnection.Builder> {
        /// The connection is made and has not sent anything.
        ///
        /// @throws ReflectiveOperationException if Kwik is not the version that this is for
        default void prepare(QuicClientConnectionImpl connection) throws ReflectiveOperationException {}

        @Override
        default void accept(QuicClientConnection.Builder builder) {}
    }

    /// A request stream.
    public static final class Request {
        /// What the relay said on it and nobody has taken yet.
        public final BlockingQueue<ControlMessage> messages = new LinkedBlockingQueue<>();
        private final QuicStream stream;
        private final OutputStream out;

        private Request(QuicStream stream) {
            this.stream = stream;
            out = stream.getOutputStream();
            Thread.ofVirtual().start(() -> {
                var decoder = new ControlDecoder();
                byte[] buffer = new byte[4096];
                try {
                    int count;
                    while ((count = stream.getInputStream().read(buffer)) >= 0) {
                        decoder.feed(Arrays.copyOf(buffer, count));
                        ControlMessage message;
                        while ((message = decoder.next()) != null) {
                            messages.add(message);
                        }
                    }
                } catch (IOException e) {
                    // the connection or the stream ended: nothing more will come
                }
            });
        }

        /// Sends another message on it.
        ///
        /// @throws IOException if the relay wants no more
        public void send(ControlMessage message) throws IOException {
            out.write(ControlCodec.encode(message));
        }

        /// Ends the request: to the relay it is the end of a subscription.
        ///
        /// @throws IOException if the connection has ended
        public void cancel() throws IOException {
            stream.getOutputStream().close();
            stream.abortReading(0);
        }

        /// @return the next message of the relay's
        /// @throws TestkitException if none comes within 10 s
        public ControlMessage answer() throws InterruptedException {
            ControlMessage message = messages.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (message == null) {
                throw new TestkitException("The relay did not answer a request within " + ANSWER_SECONDS + " s; look at its log.");
            }
            return message;
        }
    }

    /// A peer without any habits.
    ///
    /// @see #KwikPeer(String, int, CipherSuite, String, Consumer)
    public KwikPeer(String host, int port, CipherSuite suite, String protocol) throws Exception {
        this(host, port, suite, protocol, builder -> {});
    }

    /// Connects, and sends SETUP if the protocol is [#MOQT]. The socket belongs to the calling thread's network namespace.
    ///
    /// @param host of the relay
    /// @param port of the relay, UDP
    /// @param suite the only one that is offered
    /// @param protocol ALPN
    /// @param habits changes what is offered and promised in the handshake
    /// @throws Exception if the connection does not come about
    public KwikPeer(
            String host, int port, CipherSuite suite, String protocol, Consumer<QuicClientConnection.Builder> habits)
            throws Exception {
        QuicClientConnection.Builder builder = QuicClientConnection.newBuilder()
                .uri(URI.create("https://" + host + ":" + port))
                .applicationProtocol(protocol)
                .logger(new NullLogger())
                .noServerCertificateCheck()
                .enableDatagramExtension()
                .cipherSuite(suite)
                .maxIdleTimeout(Duration.ofSeconds(20))
                .connectTimeout(Duration.ofSeconds(5))
                .maxOpenPeerInitiatedUnidirectionalStreams(100)
                .maxOpenPeerInitiatedBidirectionalStreams(100)
                .socketFactory(address -> {
                    var socket = new DatagramSocket();
                    socket.setReceiveBufferSize(RECEIVE_BUFFER);
                    return socket;
                })
                .defaultStreamReceiveBufferSize(1_000_000L);
        habits.accept(builder);
        connection = builder.build();
        connection.setPeerInitiatedStreamCallback(stream -> Thread.ofVirtual().start(() -> accept(stream)));
        connection.setDatagramHandler(datagrams::add);
        connection.setConnectionListener(new ConnectionListener() {
            @Override
            public void disconnected(ConnectionTerminatedEvent event) {
                if (event.hasTransportError()) {
                    closedWith.complete(event.transportErrorCode());
                }
            }
        });
        if (habits instanceof Habit habit) {
            habit.prepare((QuicClientConnectionImpl) connection);
        }
        connection.connect();
        if (protocol.equals(MOQT)) {
            sendSetup();
        }
    }

    private void sendSetup() throws IOException {
        OutputStream control = connection.createStream(false).getOutputStream();
        control.write(ControlCodec.encode(
                new ControlMessage.Setup(List.of(new SetupOption(SetupOption.PATH, "/".getBytes())))));
    }

    private void accept(QuicStream stream) {
        if (stream.isBidirectional()) {
            incoming.add(new Request(stream));
            return;
        }
        try {
            byte[] bytes = stream.getInputStream().readAllBytes();
            streams.put(stream.getStreamId(), bytes);
        } catch (IOException e) {
            brokenStreams.add(stream.getStreamId()); // or with the connection
        }
    }

    /// Opens a request stream.
    ///
    /// @param first the request
    /// @throws IOException if the relay wants none
    public Request request(ControlMessage first) throws IOException {
        var request = new Request(connection.createStream(true));
        request.send(first);
        return request;
    }

    /// @return the next request of the relay's
    /// @throws TestkitException if none comes within 10 s
    public Request nextIncoming() throws InterruptedException {
        Request request = incoming.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
        if (request == null) {
            throw new TestkitException("The relay opened no request within " + ANSWER_SECONDS + " s; look at its log.");
        }
        return request;
    }

    /// Sends a unidirectional stream, all of it.
    ///
    /// @throws IOException if the relay wants it not
    public void sendStream(byte[] bytes) throws IOException {
        OutputStream out = connection.createStream(false).getOutputStream();
        // Kwik 0.10.9 can lose the send request of a write that takes several packets (DESIGN section 7): one packet at a time.
        for (int at = 0; at < bytes.length; at += ONE_PACKET) {
            out.write(bytes, at, Math.min(ONE_PACKET, bytes.length - at));
        }
        out.close();
    }

    /// Sends a DATAGRAM that is not repeated, in the order of the calls.
    public void sendDatagramOnce(byte[] payload) {
        sendFrame(new DatagramsOnce(List.of(payload)));
    }

    /// Sends any frame, legal or not.
    public void sendFrame(QuicFrame frame) {
        ((QuicConnectionImpl) connection).send(frame, lost -> {}, true);
    }

    @Override
    public void close() {
        connection.close();
    }
}
