// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.testkit.peer.KwikPeer;
import java.nio.ByteBuffer;
import java.util.function.LongFunction;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.generic.VariableLengthInteger;

/// As many frames of one kind as fit into a packet, sent once: Kwik, which takes them for a PING, does not repeat them.
final class FrameTrain extends PingFrame {
    private static final int ONE_PACKET = 1100;
    private static final int LONGEST_FRAME = 64;

    private final byte[] bytes;

    private FrameTrain(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Sends frames.
    ///
    /// @param frames how many
    /// @param frame the variable-length integers of the frame with a given ordinal, its type first
    static void send(KwikPeer peer, long frames, LongFunction<long[]> frame) {
        ByteBuffer buffer = ByteBuffer.allocate(ONE_PACKET);
        for (long i = 0; i < frames; i++) {
            for (long integer : frame.apply(i)) {
                VariableLengthInteger.encode(integer, buffer);
            }
            if (buffer.remaining() < LONGEST_FRAME || i == frames - 1) {
                byte[] train = new byte[buffer.flip().remaining()];
                buffer.get(train);
                buffer.clear();
                peer.sendFrame(new FrameTrain(train));
            }
        }
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
