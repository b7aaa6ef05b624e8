// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import java.nio.ByteBuffer;
import java.util.List;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.PingFrame;

/// DATAGRAM frames that stay in one packet and are sent once. Kwik 0.10.9 repeats a DATAGRAM when it probes for an ACK that is late,
/// and nobody could tell the repetition from a second one with the same payload; a PING, for which Kwik takes this, it does not
/// repeat unless the packet had other frames as well. Then this is one.
public final class DatagramsOnce extends PingFrame {
    private final List<DatagramFrame> frames;
    private volatile boolean sent;

    /// @param payloads one for each frame; all of them must fit one packet
    public DatagramsOnce(List<byte[]> payloads) {
        frames = payloads.stream().map(DatagramFrame::new).toList();
    }

    @Override
    public int getFrameLength() {
        return sent ? super.getFrameLength() : frames.stream().mapToInt(DatagramFrame::getFrameLength).sum();
    }

    @Override
    public void serialize(ByteBuffer buffer) {
        if (sent) {
            super.serialize(buffer);
            return;
        }
        frames.forEach(frame -> frame.serialize(buffer));
        sent = true;
    }
}
