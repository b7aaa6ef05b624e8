// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import dev.weir.wire.quic.FrameWalk.Fault;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Walks over all frames of a 1-RTT payload: those of RFC 9000 section 19 and the DATAGRAM frames of RFC 9221. Judges what
/// a payload shows by itself; what depends on the connection (who may send a NEW_TOKEN, flow control, stream states) is
/// not looked at. Written from the RFCs alone, as the oracle for the data plane's parser.
public final class FrameWalker {
    /// Most streams of a kind that stream IDs can name (RFC 9000 sections 19.11 and 19.14).
    private static final long MAX_STREAMS = 1L << 60;
    private static final int STATELESS_RESET_TOKEN = 16;
    private static final int PATH_DATA = 8;

    private final ByteBuffer in;
    private final List<Frame> frames = new ArrayList<>();

    private FrameWalker(ByteBuffer in) {
        this.in = in;
    }

    /// Walks over a payload.
    public static FrameWalk walk(byte[] payload) {
        return walk(payload, 0, payload.length);
    }

    /// Walks over a payload that begins at `offset` of `bytes`; the places of frames count from there.
    public static FrameWalk walk(byte[] bytes, int offset, int length) {
        return new FrameWalker(ByteBuffer.wrap(bytes, offset, length).slice()).walk();
    }

    private FrameWalk walk() {
        int start = 0;
        try {
            if (!in.hasRemaining()) {
                throw new Malformation(Fault.PROTOCOL_VIOLATION, "a packet without frames (RFC 9000 section 12.4)");
            }
            while (in.hasRemaining()) {
                start = in.position();
                frames.add(next(start));
            }
            return new FrameWalk.WellFormed(List.copyOf(frames));
        } catch (Malformation e) {
            return new FrameWalk.Malformed(List.copyOf(frames), start, e.fault, e.reason);
        } catch (BufferUnderflowException e) {
            return new FrameWalk.Malformed(
                    List.copyOf(frames), start, Fault.FRAME_ENCODING_ERROR, "the payload ends inside a frame");
        }
    }

    private Frame next(int start) throws Malformation {
        int size = QuicVarint.encodedSize(in.get(start));
        long type = QuicVarint.decode(in);
        // RFC 9000 section 12.4 lets a receiver take this for a PROTOCOL_VIOLATION, and one that does is safe from doubt.
        if (size != QuicVarint.size(type)) {
            throw new Malformation(Fault.PROTOCOL_VIOLATION, "a frame type in more bytes than it needs");
        }
        if (type > Frame.DATAGRAM + Frame.DATAGRAM_LENGTH) {
            throw unknown(type);
        }
        if (Frame.isStream((int) type)) {
            return stream((int) type, start);
        }
        if (Frame.isDatagram((int) type)) {
            return datagram((int) type, start);
        }
        if (type == 0x06) {
            return crypto(start);
        }
        skipFields((int) type);
        return new Frame((int) type, start, in.position(), in.position(), 0, -1, -1, false);
    }

    private void skipFields(int type) throws Malformation {
        switch (type) {
            case 0x00 -> skipPadding();
            case 0x01, 0x1e -> {} // PING, HANDSHAKE_DONE
            case 0x02, 0x03 -> skipAck(type == 0x03);
            case 0x04 -> skipVarints(3); // RESET_STREAM: stream, error code, final size
            case 0x05 -> skipVarints(2); // STOP_SENDING: stream, error code
            case 0x07 -> skipToken();
            case 0x10, 0x14 -> skipVarints(1); // MAX_DATA, DATA_BLOCKED
            case 0x11, 0x15 -> skipVarints(2); // MAX_STREAM_DATA, STREAM_DATA_BLOCKED: stream, limit
            case 0x12, 0x13, 0x16, 0x17 -> skipStreamLimit(); // MAX_STREAMS, STREAMS_BLOCKED
            case 0x18 -> skipNewConnectionId();
            case 0x19 -> skipVarints(1); // RETIRE_CONNECTION_ID: sequence number
            case 0x1a, 0x1b -> skip(PATH_DATA); // PATH_CHALLENGE, PATH_RESPONSE
            case 0x1c -> skipClose(true);
            case 0x1d -> skipClose(false);
            default -> throw unknown(type);
        }
    }

    /// RFC 9000 section 19.8. Without a length field the data goes to the end of the packet.
    private Frame stream(int type, int start) throws Malformation {
        long id = QuicVarint.decode(in);
        long offset = (type & Frame.STREAM_OFFSET) != 0 ? QuicVarint.decode(in) : 0;
        long length = (type & Frame.STREAM_LENGTH) != 0 ? QuicVarint.decode(in) : in.remaining();
        int data = data(length);
        checkEnd(offset, length);
        return new Frame(type, start, in.position(), data, (int) length, id, offset, (type & Frame.STREAM_FIN) != 0);
    }

    /// RFC 9221 section 4. Without a length field the data goes to the end of the packet.
    private Frame datagram(int type, int start) throws Malformation {
        long length = (type & Frame.DATAGRAM_LENGTH) != 0 ? QuicVarint.decode(in) : in.remaining();
        int data = data(length);
        return new Frame(type, start, in.position(), data, (int) length, -1, -1, false);
    }

    /// RFC 9000 section 19.6.
    private Frame crypto(int start) throws Malformation {
        long offset = QuicVarint.decode(in);
        long length = QuicVarint.decode(in);
        int data = data(length);
        checkEnd(offset, length);
        return new Frame(0x06, start, in.position(), data, (int) length, -1, offset, false);
    }

    private void skipPadding() {
        while (in.hasRemaining() && in.get(in.position()) == Frame.PADDING) {
            in.get();
        }
    }

    /// RFC 9000 section 19.3: ranges go down from the largest; none may reach below packet number 0.
    private void skipAck(boolean withEcn) throws Malformation {
        long largest = QuicVarint.decode(in);
        skipVarints(1); // ACK delay
        long ranges = QuicVarint.decode(in);
        long smallest = largest - QuicVarint.decode(in);
        checkAcknowledged(smallest);
        for (long i = 0; i < ranges; i++) {
            long gap = QuicVarint.decode(in);
            // Between two ranges lie gap + 1 unacknowledged numbers.
            long next = smallest - gap - 2;
            checkAcknowledged(next);
            smallest = next - QuicVarint.decode(in);
            checkAcknowledged(smallest);
        }
        if (withEcn) {
            skipVarints(3);
        }
    }

    private static void checkAcknowledged(long packetNumber) throws Malformation {
        if (packetNumber < 0) {
            throw new Malformation(Fault.FRAME_ENCODING_ERROR, "an ACK frame acknowledges packet numbers below 0");
        }
    }

    /// RFC 9000 section 19.7.
    private void skipToken() throws Malformation {
        long length = QuicVarint.decode(in);
        if (length == 0) {
            throw new Malformation(Fault.FRAME_ENCODING_ERROR, "a NEW_TOKEN frame with an empty token");
        }
        skip(length);
    }

    private void skipStreamLimit() throws Malformation {
        if (QuicVarint.decode(in) > MAX_STREAMS) {
            throw new Malformation(Fault.FRAME_ENCODING_ERROR, "a limit above 2^60 streams");
        }
    }

    /// RFC 9000 section 19.15.
    private void skipNewConnectionId() throws Malformation {
        long sequence = QuicVarint.decode(in);
        long retirePriorTo = QuicVarint.decode(in);
        if (retirePriorTo > sequence) {
            throw new Malformation(
                    Fault.FRAME_ENCODING_ERROR, "a NEW_CONNECTION_ID frame retires the connection ID that it brings");
        }
        int length = in.get() & 0xff;
        if (length < 1 || length > ShortHeader.MAX_CONNECTION_ID) {
            throw new Malformation(
                    Fault.FRAME_ENCODING_ERROR, "a NEW_CONNECTION_ID frame with a connection ID of " + length + " bytes");
        }
        skip(length + STATELESS_RESET_TOKEN);
    }

    /// RFC 9000 section 19.19: only the transport's own closes name a frame type.
    private void skipClose(boolean withFrameType) throws Malformation {
        skipVarints(withFrameType ? 2 : 1);
        skip(QuicVarint.decode(in));
    }

    private void skipVarints(int count) {
        for (int i = 0; i < count; i++) {
            QuicVarint.decode(in);
        }
    }

    private void skip(long length) throws Malformation {
        data(length);
    }

    /// Skips `length` bytes.
    ///
    /// @return where they begin
    private int data(long length) throws Malformation {
        if (length > in.remaining()) {
            throw new Malformation(
                    Fault.FRAME_ENCODING_ERROR,
                    "a field of " + length + " bytes where the payload has " + in.remaining() + " left");
        }
        int from = in.position();
        in.position(from + (int) length);
        return from;
    }

    private static void checkEnd(long offset, long length) throws Malformation {
        if (offset + length > QuicVarint.MAX) {
            throw new Malformation(Fault.FRAME_ENCODING_ERROR, "stream data beyond offset 2^62-1");
        }
    }

    private static Malformation unknown(long type) {
        return new Malformation(Fault.FRAME_ENCODING_ERROR, "unknown frame type 0x" + Long.toHexString(type));
    }

    private static final class Malformation extends Exception {
        private final Fault fault;
        private final String reason;

        Malformation(Fault fault, String reason) {
            super(reason, null, false, false);
            this.fault = fault;
            this.reason = reason;
        }
    }
}
