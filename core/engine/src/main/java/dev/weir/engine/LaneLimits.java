// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirReason;
import dev.weir.engine.view.LaneFacts;
import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.LaneStatus.Limit;
import java.util.ArrayList;
import java.util.List;

/// Everything that can stop a copy for one connection. Called under the engine's lock.
final class LaneLimits {
    /// Below this a packet of usual size does not fit, bytes.
    private static final long PACKET = 1200;

    private LaneLimits() {}

    static LaneStatus status(Relay relay, Session session) {
        Cells cells = session.cells;
        DataPlane plane = relay.dataPlane();
        LaneFacts facts = plane == null || session.slot >= relay.laneSlots() ? LaneFacts.NONE : plane.laneFacts(session.slot);
        return new LaneStatus(
                session.slot,
                RelayViews.address(session),
                session.laneClass,
                session.laneLive ? "kernel" : "userspace",
                facts.generation(),
                facts.device(),
                cells.nextPacketNumber(),
                cells.copies(),
                session.history.userCopies,
                cells.sentBytes(),
                session.ledger.outstanding(),
                session.queue.pendingBytes(),
                cells.congestionWindow(),
                cells.bytesInFlight(),
                session.measure.smoothedRttNanos(),
                session.measure.delayNanos(),
                session.measure.jitterNanos(),
                session.measure.lossPerMillion(),
                limits(relay, session, facts),
                session.history.leftByReason());
    }

    private static List<Limit> limits(Relay relay, Session session, LaneFacts facts) {
        var result = new ArrayList<Limit>();
        addCredit(result, session);
        addSizes(result, session, facts);
        SendQueue queue = session.queue;
        result.add(new Limit(
                "DATAGRAM queue", queue.waitingDatagrams(), SendQueue.DATAGRAM_LIMIT - queue.waitingDatagrams(), "DATAGRAMs",
                queue.waitingDatagrams() >= SendQueue.DATAGRAM_LIMIT, -1, "older DATAGRAMs that user space has not sent"));
        DataPlane plane = relay.dataPlane();
        if (plane == null) {
            return result;
        }
        long lease = Math.max(0, plane.leaseUntilNanos() - relay.now()) / 1_000_000;
        result.add(new Limit("lease", relay.leaseNanos() / 1_000_000, lease, "ms", lease == 0, -1, "every kernel copy"));
        result.add(new Limit("lane in force", facts.generation(), -1, "generation", !session.laneLive,
                session.history.left(WeirReason.LANE_GONE), "every kernel copy"));
        result.add(new Limit("key usage", facts.packetNumberLimit(), facts.packetNumberLimit() - session.cells.nextPacketNumber(),
                "packets", session.laneLive && session.cells.nextPacketNumber() >= facts.packetNumberLimit(),
                session.history.left(WeirReason.KEY_LIMIT), "every kernel copy, until the key is updated"));
        return result;
    }

    private static void addCredit(List<Limit> result, Session session) {
        Cells cells = session.cells;
        LaneHistory history = session.history;
        long room = cells.congestionWindow() - cells.bytesInFlight() - cells.reserved();
        result.add(new Limit("congestion window", cells.congestionWindow(), Math.max(0, room), "bytes", room < PACKET,
                history.left(WeirReason.CONGESTION), "every copy; what waits in user space goes first"));
        long data = cells.connectionData();
        result.add(new Limit("MAX_DATA", data, data, "bytes", data <= 0,
                history.left(WeirReason.CONNECTION_CREDIT), "bytes of all streams"));
        long streams = Math.max(0, (cells.streamIdLimit() - cells.nextStreamId() + 3) / 4);
        result.add(new Limit("MAX_STREAMS", cells.streamIdLimit() / 4, streams, "streams", streams == 0,
                history.left(WeirReason.STREAM_LIMIT), "new subgroup streams"));
        long blocked = session.queue.streams().stream().filter(LaneStream::isAtLimit).count();
        result.add(new Limit("MAX_STREAM_DATA", session.endpoint().initialStreamDataLimit(), -1, "bytes at first", blocked > 0,
                history.left(WeirReason.STREAM_CREDIT), "bytes of one stream; " + blocked + " of "
                        + session.queue.streams().size() + " streams are at theirs"));
    }

    private static void addSizes(List<Limit> result, Session session, LaneFacts facts) {
        LaneHistory history = session.history;
        boolean inKernel = session.laneLive;
        long datagram = inKernel ? facts.maxDatagramFrame() : session.endpoint().maxDatagramPayload();
        result.add(new Limit(inKernel ? "max_datagram_frame_size" : "DATAGRAM payload", datagram, -1, "bytes", datagram == 0,
                history.left(WeirReason.DATAGRAM_TOO_LARGE), "larger objects in DATAGRAM mode"));
        if (inKernel) {
            result.add(new Limit("packet size", facts.maxUdpPayload(), -1, "bytes", false,
                    history.left(WeirReason.PACKET_TOO_LARGE), "kernel copies of larger packets; user space cuts them"));
        }
    }
}
