// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.trace;

import dev.weir.engine.trace.TraceFrame;
import java.util.List;
import java.util.Locale;

/// Lines of a qlog file: draft-ietf-quic-qlog-main-schema-07 (version 0.3, JSON-SEQ) and draft-ietf-quic-qlog-quic-events-07.
/// Frames that carry no media, no ACK and no limit of bytes are there by their type alone. Every value is a number or one of our own words, so nothing has to
/// be escaped.
final class QlogEvent {
    private static final double NANOS_PER_MILLI = 1e6;

    private QlogEvent() {}

    /// The first record of a file.
    ///
    /// @param title what qvis calls the trace; no quotes in it
    /// @param referenceMillis the time that all others are relative to, milliseconds since 1970
    static String header(String title, long referenceMillis) {
        return "{\"qlog_version\":\"0.3\",\"qlog_format\":\"JSON-SEQ\",\"title\":\"" + title + "\",\"trace\":{\"title\":\"" + title
                + "\",\"vantage_point\":{\"name\":\"weir\",\"type\":\"server\"},\"common_fields\":{\"time_format\":\"relative\",\"reference_time\":"
                + referenceMillis + ",\"protocol_type\":[\"QUIC\"]}}}";
    }

    /// @param title of the trace; no quotes in it
    static String begins(long nanos, String title) {
        return begin(nanos, "loglevel:info").append("{\"message\":\"trace of ").append(title).append(" begins\"}}").toString();
    }

    /// @param path `kernel` or `userspace`; empty: left out
    static String packet(
            long nanos, String name, String path, String type, long number, int bytes, List<TraceFrame> frames) {
        StringBuilder text = begin(nanos, name);
        text.append("{\"header\":{\"packet_type\":\"").append(type).append("\",\"packet_number\":").append(number)
                .append("},\"raw\":{\"length\":").append(bytes).append("},");
        if (!path.isEmpty()) {
            text.append("\"weir_path\":\"").append(path).append("\",");
        }
        text.append("\"frames\":[");
        for (int i = 0; i < frames.size(); i++) {
            if (i > 0) {
                text.append(',');
            }
            frame(text, frames.get(i));
        }
        return text.append("]}}").toString();
    }

    private static void frame(StringBuilder text, TraceFrame frame) {
        switch (frame) {
            case TraceFrame.Stream stream -> text.append("{\"frame_type\":\"stream\",\"stream_id\":").append(stream.streamId())
                    .append(",\"offset\":").append(stream.offset()).append(",\"length\":").append(stream.length())
                    .append(stream.fin() ? ",\"fin\":true}" : "}");
            case TraceFrame.Datagram datagram -> text.append("{\"frame_type\":\"datagram\",\"length\":").append(datagram.length()).append('}');
            case TraceFrame.Ack ack -> {
                text.append("{\"frame_type\":\"ack\",\"ack_delay\":").append(millis(ack.delayMicros() * 1000)).append(",\"acked_ranges\":[");
                for (int i = 0; i < ack.ranges().length; i += 2) {
                    text.append(i > 0 ? "," : "").append('[').append(ack.ranges()[i]).append(',').append(ack.ranges()[i + 1]).append(']');
                }
                text.append("]}");
            }
            case TraceFrame.Limit limit -> text.append("{\"frame_type\":\"").append(limit.type()).append("\",")
                    .append(limit.streamId() == null ? "" : "\"stream_id\":" + limit.streamId() + ",")
                    .append("\"maximum\":").append(limit.maximum()).append('}');
            case TraceFrame.Other other -> text.append("{\"frame_type\":\"").append(other.type()).append("\"}");
        }
    }

    static String lost(long nanos, String path, long number) {
        return begin(nanos, "recovery:packet_lost").append("{\"header\":{\"packet_type\":\"1RTT\",\"packet_number\":").append(number)
                .append("},\"weir_path\":\"").append(path).append("\"}}").toString();
    }

    static String metrics(long nanos, long congestionWindow, long bytesInFlight, long smoothedRttNanos) {
        return begin(nanos, "recovery:metrics_updated").append("{\"congestion_window\":").append(congestionWindow)
                .append(",\"bytes_in_flight\":").append(bytesInFlight)
                .append(",\"smoothed_rtt\":").append(millis(smoothedRttNanos)).append("}}").toString();
    }

    /// Which side has closed it is in its packets.
    static String closed(long nanos) {
        return begin(nanos, "connectivity:connection_closed").append("{}}").toString();
    }

    private static StringBuilder begin(long nanos, String name) {
        return new StringBuilder(256).append("{\"time\":").append(millis(nanos)).append(",\"name\":\"").append(name).append("\",\"data\":");
    }

    private static String millis(long nanos) {
        return String.format(Locale.ROOT, "%.4f", nanos / NANOS_PER_MILLI);
    }
}
