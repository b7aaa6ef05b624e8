// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.recovery; // LossDetector's timer methods are package-private in Kwik 0.10.9

import dev.weir.quic.kwik.SteadyClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.cc.CongestionController;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.log.QLog;
import tech.kwik.core.packet.PacketInfo;
import tech.kwik.core.packet.QuicPacket;

/// Loss detection for the packets that Kwik itself sends in the 1-RTT space (RFC 9002 section 6). It differs from Kwik's own
/// in what hurts when packet numbers are shared and round trips are short:
///
///   - time is not counted in whole milliseconds, so that a LAN's round trip is not zero;
///   - a packet whose ACK arrives before Kwik has registered it (Kwik registers after the socket call) counts as
///     acknowledged, not as lost;
///   - callbacks run without the lock;
///   - packets that are sent while an ACK of all others is processed keep their timer (Kwik cancels it).
public final class NanosecondLossDetector extends LossDetector {
    private static final int PACKET_THRESHOLD = 3;
    private static final Duration GRANULARITY = Duration.ofMillis(1);

    private final RecoveryManager recovery;
    private final RttEstimator rtt;
    private final CongestionController congestion;
    private final Runnable afterLoss;
    private final TreeMap<Long, PacketStatus> sent = new TreeMap<>();
    private List<Range> latestRanges = List.of();
    private long largestAcknowledged = -1;
    private long lostCount;
    private int elicitingInFlight;
    private long sentCount;
    private @Nullable Instant lossTime;
    private @Nullable Instant latestEliciting;
    private boolean closed;

    public NanosecondLossDetector(
            RecoveryManager recovery, RttEstimator rtt, CongestionController congestion, Runnable afterLoss, QLog qlog) {
        super(recovery, rtt, congestion, afterLoss, qlog);
        this.recovery = recovery;
        this.rtt = rtt;
        this.congestion = congestion;
        this.afterLoss = afterLoss;
    }

    @Override
    public void packetSent(QuicPacket packet, Instant when, Consumer<QuicPacket> lostCallback) {
        var status = new PacketStatus(when, packet, lostCallback);
        synchronized (this) {
            if (closed) {
                return;
            }
            congestion.registerInFlight(packet);
            sentCount++;
            if (!isAcknowledgedAlready(packet.getPacketNumber())) {
                if (packet.isAckEliciting()) {
                    elicitingInFlight++;
                    latestEliciting = when;
                }
                sent.put(packet.getPacketNumber(), status);
                return;
            }
            status.setAcked();
        }
        congestion.registerAcked(List.of(status));
    }

    private boolean isAcknowledgedAlready(long number) {
        for (Range range : latestRanges) {
            if (number >= range.getSmallest() && number <= range.getLargest()) {
                return true;
            }
        }
        return false;
    }

    @Override
    public void onAckReceived(AckFrame ack, Instant received) {
        var acknowledged = new ArrayList<PacketStatus>();
        List<PacketStatus> lost;
        synchronized (this) {
            if (closed) {
                return;
            }
            largestAcknowledged = Math.max(largestAcknowledged, ack.getLargestAcknowledged());
            latestRanges = ack.getAcknowledgedRanges();
            for (Range range : latestRanges) {
                Iterator<PacketStatus> covered = sent.subMap(range.getSmallest(), true, range.getLargest(), true)
                        .values()
                        .iterator();
                while (covered.hasNext()) {
                    PacketStatus status = covered.next();
                    covered.remove();
                    if (status.setAcked()) {
                        acknowledged.add(status);
                        elicitingInFlight -= status.packet().isAckEliciting() ? 1 : 0;
                    }
                }
            }
            if (acknowledged.isEmpty()) {
                return;
            }
            acknowledged.sort((a, b) -> Long.compare(b.packet().getPacketNumber(), a.packet().getPacketNumber()));
            rtt.ackReceived(ack, received, acknowledged.subList(0, 1));
            lost = takeLost(received);
        }
        congestion.registerAcked(acknowledged);
        report(lost);
        setTimer();
    }

    /// It is cancelled if nothing is in flight. What the sender has sent since that was looked at, and set the timer for, needs it.
    private void setTimer() {
        long before;
        do {
            before = sentCount();
            recovery.setLossDetectionTimer();
        } while (sentCount() != before);
    }

    private synchronized long sentCount() {
        return sentCount;
    }

    private List<PacketStatus> takeLost(Instant now) {
        var lost = new ArrayList<PacketStatus>();
        Duration delay = Duration.ofMillis(Math.max(rtt.getSmoothedRtt(), rtt.getLatestRtt()))
                .multipliedBy(9)
                .dividedBy(8);
        if (delay.compareTo(GRANULARITY) < 0) {
            delay = GRANULARITY;
        }
        Instant limit = now.minus(delay);
        Instant earliest = null;
        Iterator<PacketStatus> candidates =
                sent.headMap(largestAcknowledged, true).values().iterator();
        while (candidates.hasNext()) {
            PacketStatus status = candidates.next();
            boolean old = status.packet().getPacketNumber() <= largestAcknowledged - PACKET_THRESHOLD
                    || !status.timeSent().isAfter(limit);
            if (!old) {
                earliest = earliest == null || status.timeSent().isBefore(earliest) ? status.timeSent() : earliest;
                continue;
            }
            candidates.remove();
            if (status.setLost()) {
                lost.add(status);
                elicitingInFlight -= status.packet().isAckEliciting() ? 1 : 0;
            }
        }
        lossTime = earliest == null ? null : earliest.plus(delay);
        lostCount += lost.size();
        return lost;
    }

    @SuppressWarnings("unchecked") // Kwik declares the callback without its type argument
    private void report(List<PacketStatus> lost) {
        if (lost.isEmpty()) {
            return;
        }
        for (PacketStatus status : lost) {
            ((Consumer<QuicPacket>) status.lostPacketCallback()).accept(status.packet());
        }
        congestion.registerLost(lost);
        afterLoss.run();
    }

    @Override
    void detectLostPackets() {
        List<PacketStatus> lost;
        synchronized (this) {
            lost = closed ? List.of() : takeLost(SteadyClock.now());
        }
        report(lost);
    }

    @Override
    public void close() {
        discardAll(true);
    }

    @Override
    public void reset() {
        discardAll(false);
    }

    private void discardAll(boolean close) {
        List<PacketStatus> open;
        synchronized (this) {
            if (recovery == null) {
                return; // called by the superclass before our fields are set
            }
            open = new ArrayList<>(sent.values());
            sent.clear();
            elicitingInFlight = 0;
            lossTime = null;
            latestEliciting = null;
            closed |= close;
        }
        congestion.discard(open);
    }

    @Override
    @Nullable Instant getLossTime() {
        synchronized (this) {
            return lossTime;
        }
    }

    @Override
    @Nullable Instant getLastAckElicitingSent() {
        synchronized (this) {
            return latestEliciting;
        }
    }

    @Override
    boolean ackElicitingInFlight() {
        synchronized (this) {
            return elicitingInFlight > 0;
        }
    }

    /// What a probe may repeat. DATAGRAM frames are not repeated: they would arrive twice (RFC 9221 section 5.2).
    @Override
    List<QuicPacket> unAcked() {
        synchronized (this) {
            var result = new ArrayList<QuicPacket>();
            for (PacketStatus status : sent.values()) {
                boolean datagram = status.packet().getFrames().stream()
                        .anyMatch(f -> f instanceof tech.kwik.core.frame.DatagramFrame);
                if (!datagram) {
                    result.add(status.packet());
                }
            }
            return result;
        }
    }

    @Override
    List<PacketInfo> getInFlight() {
        synchronized (this) {
            return new ArrayList<>(sent.values());
        }
    }

    @Override
    public long getLost() {
        synchronized (this) {
            return lostCount;
        }
    }

    @Override
    public boolean noAckedReceived() {
        synchronized (this) {
            return largestAcknowledged < 0;
        }
    }
}
