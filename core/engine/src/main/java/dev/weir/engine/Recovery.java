// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.trace.ConnectionTrace;

/// Judges ACKs of kernel-sent packets: acknowledged, lost, probe. Kwik's loss detector does the same for its own packets
/// only (RFC 9002).
final class Recovery {
    /// The ledger's memory follows the packet numbers since the oldest packet whose fate is open, and what a peer sends makes the relay
    /// draw numbers for its ACKs whatever the window says; so does each key update. Who acknowledges nothing is not waited for any longer
    /// than this many numbers: 10 MB.
    private static final long MOST_UNACKNOWLEDGED_SPAN = 1 << 18;

    /// Kwik's own probes come long before.
    private static final int REMINDER_TIMEOUTS = 8;

    private final Relay relay;
    private final long mostUnacknowledgedSpan;

    Recovery(Relay relay) {
        this.relay = relay;
        this.mostUnacknowledgedSpan = MOST_UNACKNOWLEDGED_SPAN;
    }

    /// Feeds what a settled packet carried back into the lane's streams.
    private final class Settled implements Ledger.Fate {
        private final Session session;
        private final boolean lost;

        Settled(Session session, boolean lost) {
            this.session = session;
            this.lost = lost;
        }

        @Override
        public void stream(long streamId, long offset, int length, boolean fin) {
            if (lost) {
                streamLost(session, streamId, offset, length, fin);
            } else {
                streamAcknowledged(session, streamId, offset, length, fin);
            }
        }

        @Override
        public void packet(long number) {
            ConnectionTrace trace = session.trace;
            if (lost && trace != null) {
                trace.lost(true, number, relay.now());
            }
        }

        @Override
        public void datagrams(int frames) {
            relay.counters().add(lost ? "lost.datagrams" : "acknowledged.datagrams", frames);
            session.account.datagramsSettled(frames, lost);
        }
    }

    boolean acknowledged(Session session, long[] ranges, long delayNanos, long nowNanos) {
        relay.drain();
        if (session.closed || ranges.length == 0) {
            return !session.closed;
        }
        long largest = ranges[1];
        long never = largest >= session.cells.nextPacketNumber() ? largest : session.skipped.in(ranges);
        if (never >= 0) {
            relay.counters().increment("protocol_violations");
            session.endpoint().closeForViolation("ACK of packet number " + never + ", which was never sent");
            return false;
        }
        long largestSentAt = session.ledger.sentAt(largest);
        if (largestSentAt != 0) {
            session.rtt.sample(nowNanos - largestSentAt, Math.min(delayNanos, session.maxAckDelayNanos));
            session.measure.sample(
                    nowNanos - largestSentAt - Math.min(delayNanos, session.maxAckDelayNanos), session.rtt.smoothed());
        }
        long inFlight = session.cells.bytesInFlight();
        var acknowledged = new Settled(session, false);
        long bytes = 0;
        long newest = 0;
        int before = session.ledger.outstanding();
        for (int i = 0; i < ranges.length; i += 2) {
            bytes += session.ledger.acknowledge(ranges[i], ranges[i + 1], acknowledged);
            newest = Math.max(newest, session.ledger.newestAcknowledgedNanos()); // a range may end with packets of user space
        }
        if (bytes > 0) {
            session.probes = 0;
            session.cells.addInFlight(-bytes);
            session.congestion.acknowledged(bytes, newest, inFlight);
            session.cells.congestionWindow(session.congestion.window());
        }
        session.measure.settled(before - session.ledger.outstanding(), false);
        detectLost(session, nowNanos);
        if (session.cells.bytesInFlight() == 0) {
            session.measure.drained();
        }
        relay.policies().measure(session);
        if (bytes > 0) {
            session.endpoint().wakeSender();
        }
        ConnectionTrace trace = session.trace;
        if (trace != null) {
            // Not the time of the ACK: what it has shown to be lost is told before.
            trace.metrics(relay.now(), session.cells.congestionWindow(), session.cells.bytesInFlight(), session.measure.smoothedRttNanos());
        }
        return true;
    }

    private void detectLost(Session session, long nowNanos) {
        long[] newest = {0};
        int before = session.ledger.outstanding();
        long bytes = session.ledger.detectLost(nowNanos, session.rtt.lossDelay(), newest, new Settled(session, true));
        if (bytes == 0) {
            return;
        }
        relay.counters().add("lost.packets", before - session.ledger.outstanding());
        session.measure.settled(before - session.ledger.outstanding(), true);
        session.cells.addInFlight(-bytes);
        session.congestion.lost(newest[0], nowNanos);
        session.cells.congestionWindow(session.congestion.window());
        relay.completion().wake(session);
        session.endpoint().wakeSender(); // what it was asked to send before may fit now, and asking again says nothing new
    }

    /// An end to who acknowledges nothing for too long, loss by time, and a PING where the tail of what was sent is not acknowledged (RFC 9002 section 6.2).
    void timers(Session session, long nowNanos) {
        remind(session, nowNanos);
        if (session.ledger.outstanding() == 0) {
            session.probes = 0;
            return;
        }
        if (session.ledger.span(session.cells.nextPacketNumber()) > mostUnacknowledgedSpan) {
            relay.counters().increment("protocol_violations");
            session.endpoint().closeForViolation("what was sent " + mostUnacknowledgedSpan + " packets ago is still not acknowledged");
            return;
        }
        detectLost(session, nowNanos);
        long timeout = session.rtt.probeTimeout(session.maxAckDelayNanos) << Math.min(session.probes, 6);
        long since = Math.max(session.ledger.latestSentNanos(), session.lastProbeNanos);
        if (session.ledger.outstanding() > 0 && nowNanos - since > timeout) {
            session.probes++;
            session.lastProbeNanos = nowNanos;
            relay.counters().increment("probes");
            session.endpoint().sendPing();
        }
    }

    /// Packets of user space have Kwik's timer. Should it be gone (two threads that set and cancel it at the same time can leave none), nobody
    /// would hear that they are lost, and what waits for room in the window would wait for good: a PING brings an ACK that tells.
    private void remind(Session session, long nowNanos) {
        if (session.cells.bytesInFlight() <= 0 || session.ledger.outstanding() > 0) {
            session.reminders = 0;
            return;
        }
        long timeout = REMINDER_TIMEOUTS * session.rtt.probeTimeout(session.maxAckDelayNanos) << Math.min(session.reminders, 6);
        long since = session.userChangedNanos;
        if (session.reminders > 0 && session.lastReminderNanos - since > 0) {
            since = session.lastReminderNanos;
        } else {
            session.reminders = 0;
        }
        if (nowNanos - since > timeout) {
            session.reminders++;
            session.lastReminderNanos = nowNanos;
            relay.counters().increment("reminders");
            session.endpoint().sendPing();
        }
    }

    void streamAcknowledged(Session session, long streamId, long offset, int length, boolean fin) {
        LaneStream stream = session.queue.stream(streamId);
        if (stream != null) {
            stream.acknowledged(offset, length, fin);
            if (stream.isSettled()) {
                relay.laneStreams().settled(stream);
            }
        }
    }

    void streamLost(Session session, long streamId, long offset, int length, boolean fin) {
        LaneStream stream = session.queue.stream(streamId);
        if (stream != null) {
            relay.counters().add("retransmitted.bytes", stream.lost(offset, length, fin));
            relay.completion().wake(session);
        }
    }

    void datagramDone(Session session, boolean lost) {
        session.queue.datagramDone();
        session.account.datagramsSettled(1, lost);
        relay.counters().add(lost ? "lost.datagrams" : "acknowledged.datagrams", 1);
        relay.completion().wake(session);
    }
}
