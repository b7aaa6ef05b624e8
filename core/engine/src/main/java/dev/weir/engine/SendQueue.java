// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What user space still has to send to one subscriber: completion. Bounded: datagrams by number (the oldest is dropped
/// and counted), streams by the object cache that they only refer to.
///
/// Guarded by the engine's lock.
final class SendQueue {
    /// DATAGRAMs waiting for one subscriber.
    static final int DATAGRAM_LIMIT = 512;
    /// DATAGRAMs handed to the QUIC sender and not yet acknowledged or lost.
    static final int DATAGRAM_WINDOW = 64;

    private static final Comparator<LaneStream> URGENCY = Comparator.<LaneStream>comparingInt(s -> s.subscription.priority)
            .thenComparingInt(s -> s.upstream.priority())
            .thenComparing((a, b) -> Long.compareUnsigned(a.upstream.group(), b.upstream.group()))
            .thenComparing((a, b) -> Long.compareUnsigned(a.upstream.subgroup(), b.upstream.subgroup()))
            .thenComparingLong(s -> s.id);

    private final Deque<byte[]> datagrams = new ArrayDeque<>();
    private int datagramsOut;
    private final Map<Long, LaneStream> streams = new HashMap<>();

    /// Adds a datagram.
    ///
    /// @return false if an older one had to go
    boolean offer(byte[] payload) {
        boolean room = datagrams.size() < DATAGRAM_LIMIT;
        if (!room) {
            datagrams.removeFirst();
        }
        datagrams.addLast(payload);
        return room;
    }

    /// The next datagram that may be handed to the sender; null if there is none or its window is full.
    byte @Nullable [] pollDatagram() {
        if (datagrams.isEmpty() || datagramsOut >= DATAGRAM_WINDOW) {
            return null;
        }
        datagramsOut++;
        return datagrams.removeFirst();
    }

    void datagramDone() {
        datagramsOut--;
    }

    int waitingDatagrams() {
        return datagrams.size();
    }

    /// DATAGRAMs handed to the QUIC sender whose fate is open.
    int datagramsOut() {
        return datagramsOut;
    }

    boolean hasDatagrams() {
        return !datagrams.isEmpty() || datagramsOut > 0;
    }

    void add(LaneStream stream) {
        streams.put(stream.id, stream);
    }

    void remove(LaneStream stream) {
        streams.remove(stream.id);
    }

    @Nullable LaneStream stream(long id) {
        return streams.get(id);
    }

    List<LaneStream> streams() {
        return new ArrayList<>(streams.values());
    }

    /// Streams with something to send, most urgent first (draft-18 section 7: subscriber priority, publisher priority,
    /// group, subgroup).
    List<LaneStream> pending() {
        var result = new ArrayList<LaneStream>();
        for (LaneStream stream : streams.values()) {
            if (stream.hasPending()) {
                result.add(stream);
            }
        }
        result.sort(URGENCY);
        return result;
    }

    long pendingBytes() {
        long sum = 0;
        for (LaneStream stream : streams.values()) {
            sum += stream.pendingBytes();
        }
        for (byte[] datagram : datagrams) {
            sum += datagram.length;
        }
        return sum;
    }
}
