// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Seals and opens 1-RTT packets with ChaCha20-Poly1305, header protection included (RFC 9001 sections 5.3 and 5.4).
/// Simple rather than fast: what the data plane makes is checked against it.
public final class PacketProtection {
    /// How far behind the first byte of the packet number the sample begins: as if the number had four bytes.
    private static final int SAMPLE_OFFSET = 4;

    private PacketProtection() {}

    /// Makes a packet of key phase 0.
    ///
    /// @param destination destination connection ID, 0 to 20 bytes
    /// @param packetNumber full packet number
    /// @param packetNumberLength its bytes on the wire, 1 to 4
    /// @param payload frames
    /// @throws IllegalArgumentException if a length is out of range, or the payload too short to be sampled
    public static byte[] seal(AeadKeys keys, byte[] destination, long packetNumber, int packetNumberLength, byte[] payload) {
        return seal(keys, ShortHeader.of(destination, packetNumber, packetNumberLength, false), packetNumber, payload);
    }

    /// Makes a packet with a header of the caller's choice.
    ///
    /// @param header header, whose truncated packet number is the one of `packetNumber`
    /// @param payload frames; with the packet number's bytes at least four bytes (RFC 9001 section 5.4.2)
    /// @throws IllegalArgumentException if the payload is too short to be sampled, or the header has another packet number
    public static byte[] seal(AeadKeys keys, ShortHeader header, long packetNumber, byte[] payload) {
        int numberLength = header.packetNumberLength();
        if (header.truncatedPacketNumber() != PacketNumbers.truncate(packetNumber, numberLength)) {
            throw new IllegalArgumentException("the header's packet number is not that of " + packetNumber);
        }
        if (numberLength + payload.length < SAMPLE_OFFSET) {
            throw new IllegalArgumentException("a payload of " + payload.length
                    + " bytes is too short for header protection: add PADDING frames");
        }
        byte[] associated = header.encode();
        byte[] sealed = ChaCha20Poly1305.seal(keys.key(), keys.nonce(packetNumber), associated, payload);
        byte[] packet = ByteBuffer.allocate(associated.length + sealed.length)
                .put(associated)
                .put(sealed)
                .array();
        int numberOffset = associated.length - numberLength;
        applyMask(packet, numberOffset, numberLength, mask(keys, packet, numberOffset));
        return packet;
    }

    /// Opens a packet whatever its key phase bit says.
    ///
    /// @param packet a UDP payload
    /// @param destinationLength bytes of its connection ID
    /// @param largest largest packet number opened so far; [PacketNumbers#NONE] if none
    /// @return the packet; null if it is to be discarded: no short header, too short, or its tag does not match
    public static @Nullable OpenedPacket open(AeadKeys keys, byte[] packet, int destinationLength, long largest) {
        return open(keys, keys, packet, destinationLength, largest);
    }

    /// Opens a packet with the keys of its key phase; the header protection key of both is the same.
    ///
    /// @param phase0 keys for a key phase bit of 0
    /// @param phase1 keys for a key phase bit of 1
    /// @param packet a UDP payload
    /// @param destinationLength bytes of its connection ID
    /// @param largest largest packet number opened so far; [PacketNumbers#NONE] if none
    /// @return the packet; null if it is to be discarded: no short header, too short, or its tag does not match
    public static @Nullable OpenedPacket open(
            AeadKeys phase0, AeadKeys phase1, byte[] packet, int destinationLength, long largest) {
        int numberOffset = 1 + destinationLength;
        if (packet.length < numberOffset + SAMPLE_OFFSET + ChaCha20Poly1305.SAMPLE_LENGTH
                || !ShortHeader.isShort(packet[0])) {
            return null;
        }
        byte[] mask = mask(phase0, packet, numberOffset);
        byte[] clear = packet.clone();
        // The first byte tells how long the packet number is, once it is clear.
        int numberLength = ((clear[0] ^ mask[0]) & 0x03) + 1;
        applyMask(clear, numberOffset, numberLength, mask);
        ShortHeader header = ShortHeader.decode(ByteBuffer.wrap(clear), destinationLength);
        long packetNumber = PacketNumbers.decode(largest, header.truncatedPacketNumber(), numberLength);
        AeadKeys keys = header.keyPhase() ? phase1 : phase0;
        byte[] payload = ChaCha20Poly1305.open(
                keys.key(),
                keys.nonce(packetNumber),
                header.encode(),
                Arrays.copyOfRange(packet, header.length(), packet.length));
        return payload == null ? null : new OpenedPacket(header, packetNumber, payload);
    }

    private static byte[] mask(AeadKeys keys, byte[] packet, int numberOffset) {
        int from = numberOffset + SAMPLE_OFFSET;
        return ChaCha20Poly1305.headerMask(
                keys.hp(), Arrays.copyOfRange(packet, from, from + ChaCha20Poly1305.SAMPLE_LENGTH));
    }

    private static void applyMask(byte[] packet, int numberOffset, int numberLength, byte[] mask) {
        // Five bits of a short header's first byte are protected (RFC 9001 section 5.4.1).
        packet[0] ^= (byte) (mask[0] & 0x1f);
        for (int i = 0; i < numberLength; i++) {
            packet[numberOffset + i] ^= mask[1 + i];
        }
    }
}
