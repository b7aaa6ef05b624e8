// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.Track.CachedDatagram;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What user space still has to send to one subscriber: completion. Bounded: datagrams by number (the oldest of the least urgent is
/// dropped and counted), streams by the object cache that they only refer to.
///
/// Guarded by the engine's lock.
final class SendQueue {
    /// DATAGRAMs waiting for one subscriber.
    static final int DATAGRAM_LIMIT = 512;
    /// DATAGRAMs that user space has sent and that are neither acknowledged nor lost. A relay that has too little time reads
    /// acknowledgements late, and would send ever more of what the kernel leaves to it.
    static final int DATAGRAM_WINDOW = 64;

    /// A DATAGRAM object that waits for one subscriber.
    ///
    /// @param priority what the policy made of the publisher's
    /// @param order grows from one to the next
    record WaitingDatagram(Subscription subscription, CachedDatagram datagram, int subscriberPriority, int priority, long order) {
        int length() {
            return datagram.payload().length;
        }

        private WaitingDatagram firstOfSameUrgency() {
            return new WaitingDatagram(subscription, datagram, subscriberPriority, priority, 0);
        }
    }

    /// Most urgent first (draft-18 section 7), then as they came.
    private static final Comparator<WaitingDatagram> TURN = Comparator.comparingInt(WaitingDatagram::subscriberPriority)
            .thenComparingInt(WaitingDatagram::priority)
            .thenComparingLong(WaitingDatagram::order);
    private static final Comparator<LaneStream> URGENCY = Comparator.<LaneStream>comparingInt(s -> s.subscription.priority)
            .thenComparingInt(LaneStream::priority)
            .thenComparing((a, b) -> Long.compareUnsigned(a.upstream.group(), b.upstream.group()))
            .thenComparing((a, b) -> Long.compareUnsigned(a.upstream.subgroup(), b.upstream.subgroup()))
            .thenComparingLong(s -> s.id);

    private final TreeSet<WaitingDatagram> datagrams = new TreeSet<>(TURN);
    private long datagramBytes;
    private long datagramsEver;
    private int datagramsOut;
    private final Map<Long, LaneStream> streams = new HashMap<>();
    /// Those with something to send.
    private final Set<LaneStream> pending = new HashSet<>();
    private long streamBytes;

    /// Adds a datagram.
    ///
    /// @return one that had to go for it, the oldest of the least urgent; null if there was room
    @Nullable WaitingDatagram offer(Subscription subscription, CachedDatagram datagram) {
        datagramsEver++;
        var waiting = new WaitingDatagram(
                subscription, datagram, subscription.priority, datagram.view().priority(subscription), datagramsEver);
        datagrams.add(waiting);
        datagramBytes += waiting.length();
        if (datagrams.size() <= DATAGRAM_LIMIT) {
            return null;
        }
        WaitingDatagram goes = datagrams.ceiling(datagrams.last().firstOfSameUrgency());
        remove(goes);
        return goes;
    }

    /// The datagram whose turn is next; null if none waits, or the window is full.
    @Nullable WaitingDatagram nextDatagram() {
        return datagrams.isEmpty() || datagramsOut >= DATAGRAM_WINDOW ? null : datagrams.first();
    }

    /// A datagram waits no longer, whatever became of it.
    void remove(WaitingDatagram datagram) {
        if (datagrams.remove(datagram)) {
            datagramBytes -= datagram.length();
        }
    }

    /// A datagram is in a packet.
    void datagramSent() {
        datagramsOut++;
    }

    void datagramDone() {
        datagramsOut--;
    }

    int waitingDatagrams() {
        return datagrams.size();
    }

    /// @param object null: any of the group
    boolean isWaiting(Subscription subscription, long group, @Nullable Long object) {
        return datagrams.stream().anyMatch(waiting -> waiting.subscription == subscription
                && waiting.datagram.group() == group
                && (object == null || waiting.datagram.object() == object));
    }

    /// DATAGRAMs that the QUIC sender has put in packets, whose fate is open.
    int datagramsOut() {
        return datagramsOut;
    }

    boolean hasDatagrams() {
        return !datagrams.isEmpty() || datagramsOut > 0;
    }

    void add(LaneStream stream) {
        streams.put(stream.id, stream);
        changed(stream);
    }

    void remove(LaneStream stream) {
        if (streams.remove(stream.id, stream)) {
            streamBytes -= stream.countedBytes;
            stream.countedBytes = 0;
            pending.remove(stream);
        }
    }

    /// What waits of a stream has become more or less.
    void changed(LaneStream stream) {
        if (streams.get(stream.id) != stream) {
            return;
        }
        long bytes = stream.pendingBytes();
        streamBytes += bytes - stream.countedBytes;
        stream.countedBytes = bytes;
        if (stream.hasPending()) {
            pending.add(stream);
        } else {
            pending.remove(stream);
        }
    }

    @Nullable LaneStream stream(long id) {
        return streams.get(id);
    }

    List<LaneStream> streams() {
        return new ArrayList<>(streams.values());
    }

    /// Whether a stream has something to send.
    boolean hasPending() {
        return !pending.isEmpty();
    }

    /// Streams with something to send, most urgent first (draft-18 section 7: subscriber priority, publisher priority,
    /// group, subgroup).
    List<LaneStream> pending() {
        var result = new ArrayList<>(pending);
        result.sort(URGENCY);
        return result;
    }

    /// What the kernel is to leave room for in the congestion window: datagrams only if they are more than go out anyway.
    long reservedBytes() {
        boolean go = datagrams.size() + datagramsOut <= DATAGRAM_WINDOW;
        return pendingBytes() - (go ? datagramBytes : 0);
    }

    long pendingBytes() {
        return datagramBytes + streamBytes;
    }
}
