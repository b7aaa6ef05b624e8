// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.List;
import java.util.SortedMap;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.recovery.RttProvider;
import tech.kwik.core.send.Sender;

/// What has to be acknowledged in the 1-RTT space, bounded. Kwik remembers every ACK that it has sent until the peer acknowledges it, and
/// every range of packet numbers until then: a peer that acknowledges nothing and leaves out every other number costs a copy of ever
/// more ranges for each of its packets. RFC 9000 section 13.2.3 lets a receiver limit both.
final class BoundedAckGenerator extends AckGenerator {
    /// Ranges that are reported; the oldest go first.
    static final int RANGES = 64;
    /// ACKs sent that are remembered; the oldest go first.
    static final int ACKS = 256;

    private final List<Range> ranges;
    private final SortedMap<Long, AckFrame> sent;

    BoundedAckGenerator(Sender sender, RttProvider rtt) {
        super(PnSpace.App, sender, rtt);
        ranges = KwikInternals.rangesToAcknowledge(this);
        sent = KwikInternals.acknowledgementsSent(this);
    }

    @Override
    public synchronized void packetReceived(QuicPacket packet) {
        super.packetReceived(packet);
        if (ranges.size() > RANGES) {
            ranges.subList(RANGES, ranges.size()).clear();
        }
    }

    @Override
    public synchronized void registerAckSendWithPacket(AckFrame frame, long packetNumber) {
        super.registerAckSendWithPacket(frame, packetNumber);
        while (sent.size() > ACKS) {
            sent.remove(sent.firstKey());
        }
    }

    /// Ranges reported with the next ACK.
    synchronized int ranges() {
        return ranges.size();
    }

    /// ACKs remembered.
    synchronized int remembered() {
        return sent.size();
    }
}
