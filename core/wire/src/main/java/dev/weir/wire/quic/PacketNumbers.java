// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

/// Packet numbers on the wire: their last 1 to 4 bytes (RFC 9000 section 17.1, appendices A.2 and A.3).
public final class PacketNumbers {
    /// Stands for the largest packet number where there is none yet.
    public static final long NONE = -1;

    private PacketNumbers() {}

    /// How many bytes a packet number needs on the wire, so that the receiver cannot take it for another one.
    ///
    /// @param packetNumber full packet number, 0 to 2^62-1
    /// @param largestAcknowledged largest number that the receiver has acknowledged; [#NONE] if none
    /// @return 1 to 4
    /// @throws IllegalArgumentException if the number is not above the largest acknowledged, or is too far above it for
    /// four bytes
    public static int encodedLength(long packetNumber, long largestAcknowledged) {
        long unacknowledged = packetNumber - largestAcknowledged;
        if (packetNumber > QuicVarint.MAX || unacknowledged < 1 || unacknowledged > 1L << 31) {
            throw new IllegalArgumentException("packet number " + packetNumber + " cannot be sent after "
                    + largestAcknowledged + ": at most 2^31 numbers may be unacknowledged");
        }
        // A.2: one bit more than the base-2 logarithm of the numbers in doubt.
        int bits = Long.SIZE - Long.numberOfLeadingZeros(unacknowledged - 1) + 1;
        return (bits + 7) / 8;
    }

    /// The last bytes of a packet number.
    ///
    /// @param length 1 to 4
    /// @throws IllegalArgumentException if there is no such length
    public static long truncate(long packetNumber, int length) {
        return packetNumber & window(length) - 1;
    }

    /// The full packet number nearest to the one expected next.
    ///
    /// @param largest largest number of this space that was authenticated; [#NONE] if none
    /// @param truncated what stands in the packet
    /// @param length bytes it has there, 1 to 4
    /// @throws IllegalArgumentException if there is no such length
    public static long decode(long largest, long truncated, int length) {
        long expected = largest + 1;
        long window = window(length);
        long half = window / 2;
        long candidate = expected & ~(window - 1) | truncated;
        if (candidate <= expected - half && candidate < (1L << 62) - window) {
            return candidate + window;
        }
        if (candidate > expected + half && candidate >= window) {
            return candidate - window;
        }
        return candidate;
    }

    private static long window(int length) {
        if (length < 1 || length > 4) {
            throw new IllegalArgumentException("a packet number has 1 to 4 bytes on the wire, not " + length);
        }
        return 1L << 8 * length;
    }
}
