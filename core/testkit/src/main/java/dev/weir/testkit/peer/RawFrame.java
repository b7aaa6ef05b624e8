// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import java.nio.ByteBuffer;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.generic.VariableLengthInteger;

/// A frame of any bytes, sent once: Kwik, which takes it for a PING, does not repeat it.
public class RawFrame extends PingFrame {
    private static final int LONGEST = 64;
    private final byte[] bytes;

    /// @param integers each is encoded as a variable-length integer (RFC 9000 section 16)
    public RawFrame(long... integers) {
        ByteBuffer buffer = ByteBuffer.allocate(LONGEST);
        for (long integer : integers) {
            VariableLengthInteger.encode(integer, buffer);
        }
        bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
    }

    /// An ACK frame with one range (RFC 9000 section 19.3).
    public static RawFrame ack(long smallest, long largest) {
        return new RawFrame(0x02, largest, 0, 0, largest - smallest);
    }

    /// STOP_SENDING (RFC 9000 section 19.5).
    public static RawFrame stopSending(long streamId) {
        return new RawFrame(0x05, streamId, 0);
    }

    /// MAX_STREAMS for unidirectional streams (RFC 9000 section 19.11).
    public static RawFrame maxUnidirectionalStreams(long count) {
        return new RawFrame(0x13, count);
    }

    @Override
    public int getFrameLength() {
        return bytes.length;
    }

    @Override
    public void serialize(ByteBuffer buffer) {
        buffer.put(bytes);
    }
}
