// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.util.List;

/// What a [FrameWalker] found in a payload.
public sealed interface FrameWalk {
    /// The frames, in order; of a malformed payload those before the fault.
    List<Frame> frames();

    /// All bytes belong to frames.
    record WellFormed(List<Frame> frames) implements FrameWalk {}

    /// The payload closes the connection.
    ///
    /// @param at where the faulty frame begins
    /// @param error code to close with
    /// @param reason what is wrong, as a sentence
    record Malformed(List<Frame> frames, int at, Fault error, String reason) implements FrameWalk {}

    /// Transport error codes that a payload by itself can call for (RFC 9000 section 20.1).
    enum Fault {
        /// A field of a frame is impossible, a frame is cut off, or its type is unknown.
        FRAME_ENCODING_ERROR(0x07),
        /// There is no frame, or a frame type is longer than it need be.
        PROTOCOL_VIOLATION(0x0a);

        private final long code;

        Fault(long code) {
            this.code = code;
        }

        /// The number on the wire.
        public long code() {
            return code;
        }
    }
}
