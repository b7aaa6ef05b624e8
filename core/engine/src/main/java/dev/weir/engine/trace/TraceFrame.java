// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.trace;

import org.jspecify.annotations.Nullable;

/// A frame of a packet, as far as a trace tells it.
public sealed interface TraceFrame {
    /// A STREAM frame.
    ///
    /// @param streamId of the connection
    /// @param offset of its first byte
    /// @param length bytes
    /// @param fin whether the stream ends with it
    record Stream(long streamId, long offset, int length, boolean fin) implements TraceFrame {}

    /// A DATAGRAM frame.
    ///
    /// @param length bytes of its payload; 0: not known
    record Datagram(int length) implements TraceFrame {}

    /// An ACK frame.
    ///
    /// @param ranges smallest and largest packet number of each range, largest range first
    /// @param delayMicros how long the receiver waited
    record Ack(long[] ranges, long delayMicros) implements TraceFrame {}

    /// A limit of flow control: MAX_DATA, MAX_STREAM_DATA.
    ///
    /// @param type name in the qlog event definitions
    /// @param streamId of the stream that it is for; null: for the connection
    /// @param maximum bytes that the receiver may be sent in all
    record Limit(String type, @Nullable Long streamId, long maximum) implements TraceFrame {}

    /// Any other frame.
    ///
    /// @param type name in the qlog event definitions, such as `max_data`
    record Other(String type) implements TraceFrame {}
}
