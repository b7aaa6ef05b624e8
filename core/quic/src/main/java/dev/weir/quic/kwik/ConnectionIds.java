// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;

/// Keeps few connection IDs of one connection, however often they are replaced. Kwik keeps retired ones for ever and walks all of them
/// for every frame that brings or retires one, and answers each of these frames, acknowledged or not; so a peer that replaces IDs without
/// end would cost ever more memory and time.
final class ConnectionIds {
    /// So few retired ones are worth no walk.
    private static final int KEPT = 16;

    /// Nobody who acknowledges has so many to do with at once. RFC 9000 section 5.1.2 asks for room for twice the
    /// active_connection_id_limit at least.
    private static final int MOST_UNACKNOWLEDGED = 64;

    private final ConnectionIdManager manager;
    private final AtomicInteger retirements = new AtomicInteger();
    private final AtomicInteger issued = new AtomicInteger();

    ConnectionIds(ConnectionIdManager manager) {
        this.manager = manager;
    }

    /// Takes a connection ID of the peer's, and counts what has to be retired for it.
    ///
    /// @param process Kwik's part
    void take(Runnable process) {
        Map<Integer, ConnectionIdInfo> ids = KwikInternals.peerConnectionIds(manager);
        if (ids == null) {
            process.run();
            return;
        }
        long before = retired(ids);
        int threshold = KwikInternals.retiredPriorTo(manager);
        process.run();
        retirements.addAndGet((int) (retired(ids) - before));
        if (KwikInternals.retiredPriorTo(manager) < threshold) {
            KwikInternals.retiredPriorTo(manager, threshold); // a frame that was overtaken takes nothing back
        }
        forgetRetired();
    }

    /// The peer retires one of ours, and gets another: counts that.
    ///
    /// @param process Kwik's part
    void replace(Runnable process) {
        int before = newest();
        process.run();
        issued.addAndGet(newest() - before);
        forgetRetired();
    }

    /// Whether the peer has us retire or issue IDs faster than it acknowledges that. A flood would fill our memory with what waits
    /// to be sent, and to be sent again.
    boolean isExcessive() {
        return retirements.get() > MOST_UNACKNOWLEDGED || issued.get() > MOST_UNACKNOWLEDGED;
    }

    /// A frame was acknowledged; those of other kinds do not matter here.
    void acknowledged(QuicFrame frame) {
        switch (frame) {
            case RetireConnectionIdFrame _ -> retirements.updateAndGet(ConnectionIds::oneLess);
            case NewConnectionIdFrame _ -> issued.updateAndGet(ConnectionIds::oneLess);
            default -> { }
        }
    }

    /// What was lost, sent again, and then acknowledged twice counts once.
    private static int oneLess(int count) {
        return Math.max(0, count - 1);
    }

    private static long retired(Map<Integer, ConnectionIdInfo> ids) {
        return ids.values().stream().filter(id -> id.getConnectionIdStatus() == ConnectionIdStatus.RETIRED).count();
    }

    private int newest() {
        return Collections.max(KwikInternals.ownConnectionIds(manager).keySet());
    }

    /// Whether this sequence number stood for one of our connection IDs that was retired long ago.
    boolean isForgotten(int sequenceNumber) {
        Map<Integer, ConnectionIdInfo> own = KwikInternals.ownConnectionIds(manager);
        return !own.containsKey(sequenceNumber) && sequenceNumber < newest();
    }

    /// Whether a frame retires the peer's connection ID that our packets have.
    boolean retiresInUse(NewConnectionIdFrame frame) {
        Map<Integer, ConnectionIdInfo> ids = KwikInternals.peerConnectionIds(manager);
        byte[] current = manager.getCurrentPeerConnectionId();
        return ids != null && ids.values().stream().anyMatch(id ->
                id.getSequenceNumber() < frame.getRetirePriorTo() && Arrays.equals(id.getConnectionId(), current));
    }

    private void forgetRetired() {
        forgetRetired(KwikInternals.ownConnectionIds(manager));
        forgetRetired(KwikInternals.peerConnectionIds(manager));
    }

    /// The newest stays, whatever it is: Kwik counts on from there.
    private static void forgetRetired(@Nullable Map<Integer, ConnectionIdInfo> ids) {
        if (ids == null || ids.size() <= KEPT) {
            return;
        }
        int newest = Collections.max(ids.keySet());
        ids.entrySet().removeIf(id ->
                id.getKey() < newest && id.getValue().getConnectionIdStatus() == ConnectionIdStatus.RETIRED);
    }
}
