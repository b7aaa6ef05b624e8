// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A connection that keeps what the engine asks of it.
final class RecordingEndpoint implements QuicEndpoint {
    static final long STREAM_DATA_LIMIT = 1 << 20;

    final List<String> events = new ArrayList<>();
    int wakes;
    private final List<byte[]> datagrams = new ArrayList<>();
    int datagramRequests;
    final List<ControlMessage> control = new ArrayList<>();
    @Nullable RequestListener upstream;
    @Nullable Channel upstreamChannel;
    int frameRequests;
    private final int port;

    /// The streams it was asked to reset.
    List<String> resets() {
        return events.stream().filter(event -> event.startsWith("reset ")).toList();
    }

    RecordingEndpoint() {
        this(4000);
    }

    /// @param port of the peer
    RecordingEndpoint(int port) {
        this.port = port;
    }

    /// A request stream that keeps the engine's messages.
    static final class Channel implements RequestChannel {
        final List<ControlMessage> messages = new ArrayList<>();
        private final long id;

        Channel(long id) {
            this.id = id;
        }

        @Override
        public long streamId() {
            return id;
        }

        @Override
        public void send(ControlMessage message) {
            messages.add(message);
        }

        @Override
        public void finish() {
            // nothing to keep
        }
    }

    @Override
    public InetSocketAddress remoteAddress() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public WriteSide writeSide() {
        return new WriteSide(new Keys(new byte[32], new byte[12], 0), new byte[32], new byte[8], 1452, 1400, STREAM_DATA_LIMIT);
    }

    @Override
    public ReadSide readSide() {
        return new ReadSide(List.of(new Keys(new byte[32], new byte[12], 0)), new byte[32], List.of(new byte[20]), 1);
    }

    @Override
    public int maxDatagramPayload() {
        return 1200;
    }

    @Override
    public long initialStreamDataLimit() {
        return STREAM_DATA_LIMIT;
    }

    @Override
    public void requestStreamFrame() {
        frameRequests++;
    }

    @Override
    public void requestDatagram(int length) {
        datagramRequests++;
    }

    /// All DATAGRAMs so far; what was asked for is taken now.
    ///
    /// @param session this connection's
    List<byte[]> datagrams(Session session) {
        while (datagramRequests > 0) {
            datagramRequests = 0;
            byte[] payload = session.nextDatagram(maxDatagramPayload());
            if (payload != null) {
                datagrams.add(payload);
            }
        }
        return datagrams;
    }

    @Override
    public void sendReset(long streamId, long errorCode, long finalSize) {
        events.add("reset " + streamId + " code " + errorCode + " size " + finalSize);
    }

    @Override
    public void sendPing() {
        events.add("ping");
    }

    @Override
    public void wakeSender() {
        wakes++; // the harness pulls by itself
    }

    @Override
    public void openRequest(ControlMessage first, RequestListener listener) {
        upstream = listener;
        upstreamChannel = new Channel(1);
    }

    @Override
    public void sendControl(ControlMessage message) {
        control.add(message);
    }

    @Override
    public void close(long errorCode, String reason) {
        events.add("close " + errorCode);
    }

    @Override
    public void closeForKeyUpdates(String reason) {
        events.add("key update error");
    }

    @Override
    public void closeForViolation(String reason) {
        events.add("violation");
    }
}
