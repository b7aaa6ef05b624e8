// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.SendQueue.WaitingDatagram;
import dev.weir.engine.Session.StreamChunk;
import dev.weir.wire.quic.QuicVarint;
import org.jspecify.annotations.Nullable;

/// User space sends what the kernel left: deferred frames, lost stream data, everything where no kernel is involved.
/// Works by pull: the QUIC sender asks for a frame when a packet has room for it, so nothing is queued but references
/// into the object cache.
final class Completion {
    private final Relay relay;

    Completion(Relay relay) {
        this.relay = relay;
    }

    /// Something waits for this subscriber: asks the sender for room and makes the kernel leave some.
    void wake(Session session) {
        if (!session.isEstablished()) {
            return;
        }
        askForRoom(session);
    }

    private void askForRoom(Session session) {
        session.cells.reserved(Math.min(session.queue.reservedBytes(), session.cells.congestionWindow()));
        WaitingDatagram next = nextSendable(session);
        if (next != null) {
            session.endpoint().requestDatagram(next.length());
        }
        if (session.queue.hasPending()) {
            session.endpoint().requestStreamFrame();
        }
    }

    /// The datagram whose turn is next. One that fits into no packet any more, because the peer's new connection ID is longer, would
    /// hold up all behind it.
    private @Nullable WaitingDatagram nextSendable(Session session) {
        WaitingDatagram next = session.queue.nextDatagram();
        while (next != null && next.length() > session.endpoint().maxDatagramPayload()) {
            session.queue.remove(next);
            session.account.queued--;
            relay.datagrams().tooLarge(next.subscription(), next.datagram());
            next = session.queue.nextDatagram();
        }
        return next;
    }

    /// The next DATAGRAM for a packet with `room` bytes for its payload, or null if there is none or it is larger. Its policy is
    /// asked once more: since it was offered, time has passed and the connection may have changed.
    byte @Nullable [] nextDatagram(Session session, int room) {
        if (session.closed) {
            return null;
        }
        byte[] payload = null;
        WaitingDatagram next;
        while (payload == null && (next = nextSendable(session)) != null && next.length() <= room) {
            session.queue.remove(next);
            if (next.datagram().view().givesUp(next.subscription(), true)) {
                session.account.givenUp++;
            } else {
                payload = next.datagram().payload();
                session.queue.datagramSent();
                relay.counters().increment("copies.userspace");
                session.history.userCopies++;
                next.subscription().past.sent(next.datagram().group(), false, false);
            }
        }
        askForRoom(session);
        return payload;
    }

    /// The next chunk for a packet with `maxFrame` bytes of room, or null if nothing can be sent now.
    @Nullable StreamChunk nextChunk(Session session, int maxFrame) {
        if (session.closed) {
            return null;
        }
        for (LaneStream stream : session.queue.pending()) {
            StreamChunk chunk = chunk(session, stream, maxFrame);
            if (chunk != null) {
                relay.counters().increment("copies.userspace");
                session.history.userCopies++;
                if (stream.upstream.hasHeader()) {
                    stream.subscription.past.sent(stream.upstream.group(), true, false);
                } else {
                    stream.subscription.track.copies.sent(true, false);
                }
                askForRoom(session);
                return chunk;
            }
        }
        return null;
    }

    private @Nullable StreamChunk chunk(Session session, LaneStream stream, int maxFrame) {
        long from = stream.pendingStart();
        int header = 1 + QuicVarint.size(stream.id) + (from > 0 ? QuicVarint.size(from) : 0) + 2;
        long end = Math.min(stream.pendingEnd(), from + maxFrame - header);
        if (end < from || end == from && !stream.endsAt(end)) {
            return null;
        }
        if (end > stream.limit) {
            end = stream.limit;
            relay.counters().increment("blocked.stream_data");
            if (end <= from) {
                return null;
            }
        }
        if (end > stream.charged) {
            long affordable = Math.min(end, stream.charged + Math.max(0, session.cells.connectionData()));
            if (affordable < end) {
                relay.counters().increment("blocked.connection_data");
                end = Math.max(from, affordable);
            }
            if (end <= from && !(stream.pendingEnd() == from)) {
                return null;
            }
            if (!session.cells.takeConnectionData(end - stream.charged)) {
                return null;
            }
            stream.charged = Math.max(stream.charged, end);
        }
        boolean fin = stream.endsAt(end) && end >= stream.pendingEnd();
        byte[] data = stream.bytes(from, (int) (end - from));
        stream.sent(from, end - from, fin);
        return new StreamChunk(stream.id, from, data, fin);
    }

    /// The kernel has sent up to `end` of a stream and paid for it from its own high-water mark; what user space had
    /// paid for already is given back.
    void chargedByKernel(LaneStream stream, long end) {
        long paidByKernel = Math.max(0, end - stream.kernelCharged);
        long owed = Math.max(0, end - stream.charged);
        stream.kernelCharged = Math.max(stream.kernelCharged, end);
        stream.charged = Math.max(stream.charged, end);
        if (paidByKernel > owed) {
            stream.subscription.session.cells.giveConnectionData(paidByKernel - owed);
        }
    }

    void streamLimit(Session session, long streamId, long limit) {
        relay.drain(); // the kernel may have opened the stream, and the peer will not say it again
        LaneStream stream = session.queue.stream(streamId);
        if (stream == null || limit <= stream.limit) {
            return;
        }
        stream.limit = limit;
        relay.laneStreams().handOverLimit(stream);
        wake(session);
    }

    /// STOP_SENDING: the stream is reset with what was really sent as its final size.
    void stopSending(Session session, long streamId, long errorCode) {
        relay.drain(); // as above
        LaneStream stream = session.queue.stream(streamId);
        if (stream != null && !stream.isReset()) {
            relay.counters().increment("dropped.stop_sending");
            relay.laneStreams().reset(stream, errorCode);
        }
    }
}
