// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Session;
import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.engine.trace.TraceFrame;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.MaxDataFrame;
import tech.kwik.core.frame.MaxStreamDataFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.packet.QuicPacket;

/// Kwik's log of one connection: tells a trace, if there is one, of every packet that Kwik sends or receives. (Kwik's own qlog has
/// to be a class of a fixed name on the class path.)
final class ConnectionLog extends KwikLog {
    private final Session session;

    ConnectionLog(Session session) {
        this.session = session;
    }

    /// Kwik tells of it later, when the acknowledgement may have come already.
    ///
    /// @param time when the packet was sent, by the clock that Kwik's sender was given
    @Override
    public void sent(Instant time, QuicPacket packet) {
        ConnectionTrace trace = session.trace();
        if (trace != null) {
            trace.sent(false, type(packet), packet.getPacketNumber(), SteadyClock.nanos(time), packet.getSize(), frames(packet));
        }
    }

    @Override
    public void sent(Instant time, List<QuicPacket> packets) {
        packets.forEach(packet -> sent(time, packet));
    }

    @Override
    public void received(Instant time, int datagram, QuicPacket packet) {
        ConnectionTrace trace = session.trace();
        if (trace != null && packet.getPacketNumber() != null) {
            trace.received(type(packet), packet.getPacketNumber(), System.nanoTime(), packet.getSize(), frames(packet));
        }
    }

    private static String type(QuicPacket packet) {
        EncryptionLevel level = packet.getEncryptionLevel();
        return level == EncryptionLevel.App ? "1RTT" : String.valueOf(level).toLowerCase(Locale.ROOT);
    }

    private static List<TraceFrame> frames(QuicPacket packet) {
        return packet.getFrames().stream().map(ConnectionLog::frame).toList();
    }

    private static TraceFrame frame(QuicFrame frame) {
        return switch (frame) {
            case StreamFrame stream -> new TraceFrame.Stream(
                    stream.getStreamId(), stream.getOffset(), stream.getLength(), stream.isFinal());
            case DatagramFrame datagram -> new TraceFrame.Datagram(datagram.getData().length);
            case AckFrame ack -> new TraceFrame.Ack(ranges(ack.getAcknowledgedRanges()), ack.getAckDelay() * 1000L);
            case MaxDataFrame max -> new TraceFrame.Limit("max_data", null, max.getMaxData());
            case MaxStreamDataFrame max -> new TraceFrame.Limit("max_stream_data", (long) max.getStreamId(), max.getMaxData());
            default -> new TraceFrame.Other(name(frame));
        };
    }

    private static long[] ranges(List<Range> ranges) {
        return ranges.stream().flatMap(range -> java.util.stream.Stream.of(range.getSmallest(), range.getLargest()))
                .mapToLong(Long::longValue).toArray();
    }

    /// `MaxStreamDataFrame` is `max_stream_data`.
    private static String name(QuicFrame frame) {
        String type = frame.getClass().getSimpleName();
        return type.replaceFirst("Frame$", "").replaceAll("(?<=[a-z])(?=[A-Z])", "_").toLowerCase(Locale.ROOT);
    }
}
