// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.packet; // what seals a packet is package-private in Kwik 0.10.9

import java.nio.ByteBuffer;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.impl.Version;

/// A 1-RTT packet whose number has four bytes, as those of the kernel have (RFC 9000 section 17.1).
///
/// Kwik's own takes as few bytes as the whole number needs. It is then too short where the kernel has sent hundreds of
/// packets since the last acknowledgement, and a packet that the kernel's overtake by a few hundred cannot be opened. Nor can
/// Kwik's own be written at all from number 2^32 on.
public final class WideNumberPacket extends ShortHeaderPacket {
    private static final int FIXED_BIT = 0x40;
    private static final int KEY_PHASE_SHIFT = 2;
    private static final int NUMBER_BYTES = 4;
    private static final int TAG_BYTES = 16;
    /// Bits of the first byte that are protected in a short header.
    private static final int PROTECTED_BITS = 0x1f;

    public WideNumberPacket(Version version, byte[] destinationConnectionId) {
        super(version, destinationConnectionId, null);
    }

    @Override
    public int estimateLength(int additionalPayload) {
        int payload = frames.stream().mapToInt(QuicFrame::getFrameLength).sum() + additionalPayload;
        return 1 + destinationConnectionId.length + NUMBER_BYTES + payload + TAG_BYTES;
    }

    @Override
    public byte[] generatePacketBytes(Aead aead) {
        keyPhaseBit = aead.getKeyPhase();
        ByteBuffer packet = ByteBuffer.allocate(MAX_PACKET_SIZE);
        packet.put((byte) (FIXED_BIT | keyPhaseBit << KEY_PHASE_SHIFT | NUMBER_BYTES - 1));
        packet.put(destinationConnectionId);
        packet.putInt((int) packetNumber);
        protectPacketNumberAndPayload(packet, NUMBER_BYTES, generatePayloadBytes(NUMBER_BYTES), 0, aead);
        byte[] bytes = new byte[packet.flip().remaining()];
        packet.get(bytes);
        packetSize = bytes.length;
        return bytes;
    }

    @Override
    protected void protectPacketNumberAndPayload(ByteBuffer packet, int numberBytes, ByteBuffer payload, int padding, Aead aead) {
        byte[] header = new byte[packet.position()];
        packet.get(0, header);
        byte[] message = new byte[payload.remaining() + padding];
        payload.get(message, 0, payload.remaining());
        byte[] sealed = encryptPayload(message, header, packetNumber, aead);
        packet.put(sealed);

        byte[] mask = createHeaderProtectionMask(sealed, numberBytes, aead);
        packet.put(0, (byte) (header[0] ^ mask[0] & PROTECTED_BITS));
        for (int i = 0; i < numberBytes; i++) {
            int at = header.length - numberBytes + i;
            packet.put(at, (byte) (header[at] ^ mask[1 + i]));
        }
    }
}
