// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;

/// Header of a 1-RTT packet without its protection (RFC 9000 section 17.3.1). Compared by bytes.
///
/// @param firstByte 0b01SRRKPP: fixed bit, spin bit, reserved bits, key phase, packet number length - 1
/// @param destination destination connection ID, 0 to 20 bytes
/// @param truncatedPacketNumber the packet number's last bytes, as many as the first byte says
public record ShortHeader(int firstByte, byte[] destination, long truncatedPacketNumber) {
    /// Longest connection ID of QUIC version 1, bytes.
    public static final int MAX_CONNECTION_ID = 20;

    static final int FIXED_BIT = 0x40;
    private static final int FORM_AND_FIXED = 0xc0;
    private static final int SPIN = 0x20;
    private static final int RESERVED = 0x18;
    private static final int KEY_PHASE = 0x04;
    private static final int LENGTH = 0x03;

    /// @throws IllegalArgumentException if it is no short header, or a field is out of range
    public ShortHeader {
        if ((firstByte & FORM_AND_FIXED) != FIXED_BIT || firstByte > 0xff) {
            throw new IllegalArgumentException("0x" + Integer.toHexString(firstByte) + " begins no 1-RTT packet");
        }
        if (destination.length > MAX_CONNECTION_ID) {
            throw new IllegalArgumentException("a connection ID has at most 20 bytes, not " + destination.length);
        }
        if (truncatedPacketNumber >>> 8 * ((firstByte & LENGTH) + 1) != 0) {
            throw new IllegalArgumentException(
                    truncatedPacketNumber + " does not fit the packet number length in the first byte");
        }
        destination = destination.clone();
    }

    /// A header without spin bit and reserved bits.
    ///
    /// @param packetNumber full packet number
    /// @param packetNumberLength how many of its bytes to send, 1 to 4
    public static ShortHeader of(byte[] destination, long packetNumber, int packetNumberLength, boolean keyPhase) {
        int first = FIXED_BIT | (keyPhase ? KEY_PHASE : 0) | packetNumberLength - 1;
        return new ShortHeader(first, destination, PacketNumbers.truncate(packetNumber, packetNumberLength));
    }

    /// Whether a packet with this first byte, protected or not, has a short header of QUIC version 1.
    public static boolean isShort(byte first) {
        return (first & FORM_AND_FIXED) == FIXED_BIT;
    }

    @Override
    public byte[] destination() {
        return destination.clone();
    }

    /// Latency spin bit.
    public boolean spin() {
        return (firstByte & SPIN) != 0;
    }

    /// The two reserved bits, 0 to 3; another value than 0 closes the connection with PROTOCOL_VIOLATION.
    public int reserved() {
        return (firstByte & RESERVED) >> 3;
    }

    /// Key phase bit.
    public boolean keyPhase() {
        return (firstByte & KEY_PHASE) != 0;
    }

    /// Bytes of the packet number on the wire, 1 to 4.
    public int packetNumberLength() {
        return (firstByte & LENGTH) + 1;
    }

    /// Bytes of the header.
    public int length() {
        return 1 + destination.length + packetNumberLength();
    }

    /// Wire form, unprotected: what the AEAD authenticates.
    public byte[] encode() {
        ByteBuffer out = ByteBuffer.allocate(length()).put((byte) firstByte).put(destination);
        for (int i = packetNumberLength() - 1; i >= 0; i--) {
            out.put((byte) (truncatedPacketNumber >>> 8 * i));
        }
        return out.array();
    }

    /// Reads an unprotected header at the buffer's position.
    ///
    /// @param destinationLength bytes of the connection ID, which the receiver knows
    /// @throws IllegalArgumentException if it is no short header
    /// @throws java.nio.BufferUnderflowException if the buffer ends before it
    public static ShortHeader decode(ByteBuffer in, int destinationLength) {
        int first = in.get() & 0xff;
        byte[] destination = new byte[destinationLength];
        in.get(destination);
        long truncated = 0;
        for (int i = 0; i <= (first & LENGTH); i++) {
            truncated = truncated << 8 | in.get() & 0xff;
        }
        return new ShortHeader(first, destination, truncated);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ShortHeader h
                && firstByte == h.firstByte
                && truncatedPacketNumber == h.truncatedPacketNumber
                && Arrays.equals(destination, h.destination);
    }

    @Override
    public int hashCode() {
        return 31 * (31 * firstByte + Long.hashCode(truncatedPacketNumber)) + Arrays.hashCode(destination);
    }

    @Override
    public String toString() {
        return "ShortHeader[first=0x" + Integer.toHexString(firstByte) + ", destination="
                + HexFormat.of().formatHex(destination) + ", truncatedPacketNumber=" + truncatedPacketNumber + "]";
    }
}
