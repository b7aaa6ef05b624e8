// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.List;
import tech.kwik.core.frame.Range;

/// ACKs that come before a connection is the engine's to judge: of Initial and Handshake packets, and of the first 1-RTT ones. Kwik walks
/// them number by number, 2^31 of them for a frame of 19 bytes; so what was never sent ends the connection before that
/// (RFC 9000 section 13.1).
final class EarlyAcks {
    /// No handshake takes so many packets, in either of its packet number spaces.
    static final long HANDSHAKE_PACKETS = 4096;

    private EarlyAcks() {}

    /// A number in an ACK that no packet can have had.
    ///
    /// @param ranges largest first, as an AckFrame has them
    /// @param next every packet number drawn until now is smaller
    /// @return one such number, or [#NONE]
    static long neverSent(List<Range> ranges, long next) {
        for (Range range : ranges) {
            if (range.getLargest() >= next) {
                return range.getLargest();
            }
            if (range.getSmallest() < 0) {
                return range.getSmallest();
            }
        }
        return NONE;
    }

    /// All of it may have been sent.
    static final long NONE = Long.MIN_VALUE;
}
