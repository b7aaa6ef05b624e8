// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.nio.ByteBuffer;
import tech.kwik.core.frame.FrameProcessor;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;

/// A STREAM frame that promises 1000 bytes and brings none (RFC 9000 section 19.8).
final class TruncatedStreamFrame extends QuicFrame {
    private static final byte[] BYTES = {0x0a, 0x02, 0x43, (byte) 0xe8};

    @Override
    public int getFrameLength() {
        return BYTES.length;
    }

    @Override
    public void serialize(ByteBuffer buffer) {
        buffer.put(BYTES);
    }

    @Override
    public void accept(FrameProcessor processor, QuicPacket packet, PacketMetaData metaData) {
        throw new UnsupportedOperationException("is only sent");
    }
}
