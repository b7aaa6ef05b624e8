// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import java.nio.ByteBuffer;

/// The header of an RTP packet: RFC 3550 section 5.1, with contributing sources and header extension (RFC 8285) skipped. The C
/// source does the same.
final class RtpPacket {
    private static final int VERSION_BITS = 0xc0;
    private static final int VERSION_2 = 0x80;
    private static final int HAS_EXTENSION = 0x10;
    private static final int SOURCES = 0x0f;
    private static final int TIMESTAMP = 4;
    private static final int FIXED_HEADER = 12;
    private static final int WORD = 4;
    /// In the extension's first four bytes, which its length does not count.
    private static final int EXTENSION_LENGTH = 2;

    private RtpPacket() {}

    /// Where the payload begins.
    ///
    /// @param packet from position to limit
    /// @return index in the buffer, at most the limit if the header's end shows; -1 if the bytes end before, or are no RTP
    static int payloadOf(ByteBuffer packet) {
        int start = packet.position();
        if (packet.remaining() < FIXED_HEADER || (packet.get(start) & VERSION_BITS) != VERSION_2) {
            return -1;
        }
        int at = start + FIXED_HEADER + WORD * (packet.get(start) & SOURCES);
        if ((packet.get(start) & HAS_EXTENSION) == 0) {
            return at;
        }
        if (at + WORD > packet.limit()) {
            return -1;
        }
        int words = (packet.get(at + EXTENSION_LENGTH) & 0xff) << 8 | packet.get(at + EXTENSION_LENGTH + 1) & 0xff;
        return at + WORD + WORD * words;
    }

    /// The timestamp, 32 bits, unsigned. The packet has a whole fixed header.
    static long timestamp(ByteBuffer packet) {
        long timestamp = 0;
        for (int i = 0; i < WORD; i++) {
            timestamp = timestamp << 8 | packet.get(packet.position() + TIMESTAMP + i) & 0xff;
        }
        return timestamp;
    }
}
