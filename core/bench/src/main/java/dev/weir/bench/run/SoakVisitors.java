// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.spi.DeliveryMode;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/// Subscribers of a soak that come and go.
final class SoakVisitors implements AutoCloseable {
    private static final int MOST = 24;
    private static final int MOST_CUT_OFF = 16;

    private final Map<DeliveryMode, SoakTrack> tracks;
    private final SoakLedger ledger;
    private final Deque<Visitor> present = new ArrayDeque<>();
    private final Deque<SubscriberPeer> cutOff = new ArrayDeque<>();

    private record Visitor(SubscriberPeer peer, DeliveryMode mode) {}

    SoakVisitors(Map<DeliveryMode, SoakTrack> tracks, SoakLedger ledger) {
        this.tracks = tracks;
        this.ledger = ledger;
    }

    /// One comes; if there are too many, another one goes.
    void arrive(DeliveryMode mode) {
        if (present.size() >= MOST) {
            leave();
        }
        SoakTrack track = tracks.get(mode);
        if (track == null) {
            throw new BenchException("There is no track for " + mode + ".");
        }
        SubscriberPeer peer = track.connectVisitor();
        present.add(new Visitor(peer, mode));
        peer.subscribe();
    }

    /// The oldest says goodbye.
    void leave() {
        Visitor visitor = present.poll();
        if (visitor != null) {
            enter(visitor);
            visitor.peer.close();
        }
    }

    /// The oldest goes without a word.
    ///
    /// @param isCut its socket stays open, so that nothing answers the relay
    void vanish(boolean isCut) {
        Visitor visitor = present.poll();
        if (visitor == null) {
            return;
        }
        enter(visitor);
        visitor.peer.fallSilent();
        if (!isCut) {
            visitor.peer.close();
            return;
        }
        cutOff.add(visitor.peer);
        if (cutOff.size() > MOST_CUT_OFF) {
            cutOff.remove().close();
        }
    }

    private void enter(Visitor visitor) {
        long rejected = visitor.peer.rejectedPackets();
        ledger.visitor(visitor.mode, visitor.peer, visitor.peer.finish(), rejected);
    }

    int count() {
        return present.size();
    }

    @Override
    public void close() {
        while (!present.isEmpty()) {
            leave();
        }
        cutOff.forEach(SubscriberPeer::close);
        cutOff.clear();
    }
}
