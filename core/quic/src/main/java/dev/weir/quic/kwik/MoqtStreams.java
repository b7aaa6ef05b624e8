// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.QuicEndpoint.RequestListener;
import dev.weir.engine.RequestChannel;
import dev.weir.engine.Session;
import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SetupOption;
import dev.weir.wire.moqt.Vi64;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tech.kwik.core.QuicStream;

/// The MoQT streams of one connection (draft-18 sections 3.3 and 9): our control stream, the peer's control stream, request
/// streams of both sides, and the publisher's data streams. Each is read by a virtual thread of its own, which hands what
/// it reads to the engine. A connection with own framing has nothing but the publisher's data streams.
final class MoqtStreams {
    private static final Logger LOG = LoggerFactory.getLogger(MoqtStreams.class);
    private static final long SETUP_STREAM = 0x2F00;
    private static final long PADDING_STREAM = 0x132B3E28;
    private static final long SUBGROUP_BIT = 0x10;
    private static final int READ_BYTES = 16 << 10;
    /// MOQT_IMPLEMENTATION setup option (draft-18 section 9.3.1).
    private static final long IMPLEMENTATION_OPTION = 0x07;

    /// How often who waits for a stream looks whether there is still a connection.
    private static final int LOOKING_SECONDS = 1;

    private final RelayConnection connection;
    private final Session session;
    private final CountDownLatch started = new CountDownLatch(1);
    private final Map<Integer, Long> resetCodes = new ConcurrentHashMap<>();
    /// Unidirectional streams of the peer that are being read.
    private final Set<Integer> reading = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Outbox control;
    private volatile boolean isOwnFraming;
    private volatile boolean ended;

    MoqtStreams(RelayConnection connection, Session session) {
        this.connection = connection;
        this.session = session;
    }

    boolean isStarted() {
        return started.getCount() == 0;
    }

    /// Opens our control stream with SETUP and gives the rest of the unidirectional streams to the engine.
    void start() {
        Thread.ofVirtual().name("moqt-start").start(() -> {
            try {
                var out = outbox(open(false));
                var implementation =
                        new SetupOption(IMPLEMENTATION_OPTION, "weir".getBytes(StandardCharsets.UTF_8));
                out.send(ControlCodec.encode(new ControlMessage.Setup(List.of(implementation))));
                control = out;
                connection.handOverToEngine();
                started.countDown();
            } catch (IOException e) {
                LOG.atDebug().setCause(e).log("connection ended before its MoQT session began");
            }
        });
    }

    /// Gives all unidirectional streams to the engine; nothing is said to the peer.
    void startWithOwnFraming() {
        isOwnFraming = true;
        Thread.ofVirtual().name("fan-start").start(() -> {
            connection.handOverToEngine();
            started.countDown();
        });
    }

    void end() {
        ended = true;
        started.countDown();
    }

    /// Opens a stream as soon as the peer allows one. Kwik alone waits for that longer than the connection lasts.
    ///
    /// @throws IOException if the connection has ended
    private QuicStream open(boolean bidirectional) throws IOException {
        while (!ended) {
            try {
                return connection.openStream(bidirectional, LOOKING_SECONDS);
            } catch (TimeoutException e) {
                // the peer has not allowed it yet
            }
        }
        throw new IOException("the connection ended before its peer allowed another stream");
    }

    /// The peer resets a stream: Kwik will tell its reader that it has ended, and nothing more.
    void resetByPeer(int streamId, long errorCode) {
        resetCodes.put(streamId, errorCode);
    }

    /// Kwik has processed a RESET_STREAM: nobody asks why a stream ended that nobody reads.
    void resetProcessed(int streamId) {
        if (!reading.contains(streamId)) {
            resetCodes.remove(streamId);
        }
    }

    /// A stream that the peer opened.
    void accept(QuicStream stream) {
        if (!stream.isBidirectional()) {
            reading.add(stream.getStreamId());
        }
        Thread.ofVirtual().name("moqt-stream-" + stream.getStreamId()).start(() -> {
            try {
                started.await();
                if (stream.isBidirectional()) {
                    readRequest(stream);
                } else {
                    readUnidirectional(stream);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (MoqtException e) {
                connection.close(e.code(), e.getMessage());
            } finally {
                reading.remove(stream.getStreamId());
                resetCodes.remove(stream.getStreamId());
            }
        });
    }

    private void readRequest(QuicStream stream) {
        var channel = new Channel(stream.getStreamId(), outbox(stream));
        var decoder = new ControlDecoder();
        boolean[] first = {true};
        readMessages(stream.getInputStream(), decoder, message -> {
            if (first[0]) {
                first[0] = false;
                session.request(channel, message);
            } else {
                session.requestMessage(channel, message);
            }
        });
        session.requestClosed(channel);
    }

    private interface MessageHandler {
        void handle(ControlMessage message);
    }

    /// Reads messages until the stream ends, in whatever way.
    ///
    /// @return whether the peer ended it; else it was reset, or the connection is over
    private static boolean readMessages(InputStream in, ControlDecoder decoder, MessageHandler handler) {
        byte[] buffer = new byte[READ_BYTES];
        try {
            int count;
            while ((count = in.read(buffer)) >= 0) {
                decoder.feed(Arrays.copyOf(buffer, count));
                ControlMessage message;
                while ((message = decoder.next()) != null) {
                    handler.handle(message);
                }
            }
            return true;
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("reason", e.getMessage()).log("request stream ended early");
            return false;
        }
    }

    private void readUnidirectional(QuicStream stream) {
        InputStream in = stream.getInputStream();
        byte[] buffer = new byte[READ_BYTES];
        try {
            if (isOwnFraming) {
                readData(stream, in, buffer, in.read(buffer));
                return;
            }
            int count = 0;
            while (count < 9 && (count == 0 || count < Vi64.encodedSize(buffer[0]))) {
                int read = in.read(buffer, count, buffer.length - count);
                if (read < 0) {
                    return;
                }
                count += read;
            }
            long type = Vi64.decode(ByteBuffer.wrap(buffer, 0, count));
            if (type == SETUP_STREAM) {
                readControl(stream, in, buffer, count);
            } else if (type == PADDING_STREAM) {
                stream.abortReading(0);
            } else if (type <= 0x7f && (type & SUBGROUP_BIT) != 0) {
                readData(stream, in, buffer, count);
            } else {
                connection.close(
                        SessionError.PROTOCOL_VIOLATION.code(),
                        "unidirectional stream of unknown type 0x" + Long.toHexString(type));
            }
        } catch (IOException e) {
            Long code = resetCodes.remove(stream.getStreamId());
            if (code != null) {
                session.streamReset(stream.getStreamId(), code);
            }
        }
    }

    private void readControl(QuicStream stream, InputStream in, byte[] buffer, int count) {
        var decoder = new ControlDecoder();
        decoder.feed(Arrays.copyOf(buffer, count));
        ControlMessage message;
        while ((message = decoder.next()) != null) {
            session.control(message);
        }
        // Neither side may end its control stream (draft-18 section 3.3), but one ends with its connection.
        if (readMessages(in, decoder, session::control) || resetCodes.containsKey(stream.getStreamId())) {
            connection.close(SessionError.PROTOCOL_VIOLATION.code(), "the control stream was closed");
        }
    }

    private void readData(QuicStream stream, InputStream in, byte[] buffer, int count) throws IOException {
        int read = count;
        while (read >= 0) {
            session.streamData(stream.getStreamId(), buffer, read, false);
            read = in.read(buffer);
        }
        session.streamData(stream.getStreamId(), buffer, 0, true);
    }

    /// Opens a request stream of ours and reads its answers.
    void openRequest(ControlMessage first, RequestListener listener) {
        Thread.ofVirtual().name("moqt-request").start(() -> {
            try {
                QuicStream stream = open(true);
                var channel = new Channel(stream.getStreamId(), outbox(stream));
                listener.opened(channel);
                channel.send(first);
                readMessages(
                        stream.getInputStream(), new ControlDecoder(), message -> listener.message(channel, message));
            } catch (IOException e) {
                LOG.atDebug().addKeyValue("reason", e.getMessage()).log("request stream could not be opened");
            } catch (MoqtException e) {
                connection.close(e.code(), e.getMessage());
            }
            listener.closed();
        });
    }

    void sendControl(ControlMessage message) {
        Outbox out = control;
        if (out != null) {
            out.send(ControlCodec.encode(message));
        }
    }

    private Outbox outbox(QuicStream stream) {
        return new Outbox(
                stream.getOutputStream(),
                () -> connection.close(
                        SessionError.CONTROL_MESSAGE_TIMEOUT.code(),
                        "more than " + Outbox.LIMIT + " bytes of answers wait on stream " + stream.getStreamId()
                                + ", for which the peer gives no credit"));
    }

    /// A request stream as the engine uses it.
    private record Channel(long streamId, Outbox out) implements RequestChannel {
        @Override
        public void send(ControlMessage message) {
            out.send(ControlCodec.encode(message));
        }

        @Override
        public void finish() {
            out.finish();
        }

        /// A channel is itself and no other with the same content.
        @Override
        public boolean equals(@Nullable Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(this);
        }
    }
}
