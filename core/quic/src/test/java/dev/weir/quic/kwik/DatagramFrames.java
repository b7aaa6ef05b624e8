// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.nio.ByteBuffer;
import java.util.List;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.impl.Version;

/// Several DATAGRAM frames that Kwik sends as one, so that they are in one packet.
final class DatagramFrames extends DatagramFrame {
    private final List<DatagramFrame> frames;

    DatagramFrames(List<byte[]> payloads) {
        super(payloads.getFirst());
        frames = payloads.stream().map(DatagramFrame::new).toList();
    }

    @Override
    public int getFrameLength() {
        return frames.stream().mapToInt(DatagramFrame::getFrameLength).sum();
    }

    @Override
    public void serialize(ByteBuffer buffer) {
        frames.forEach(frame -> frame.serialize(buffer));
    }
}
