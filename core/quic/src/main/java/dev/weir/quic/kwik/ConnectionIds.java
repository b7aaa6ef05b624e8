// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.frame.NewConnectionIdFrame;

/// Forgets retired connection IDs of one connection. Kwik keeps them for ever and walks all of them for every frame that brings or
/// retires one, so that a peer that replaces its IDs without end costs ever more memory and time.
final class ConnectionIds {
    /// So few retired ones are worth no walk.
    private static final int KEPT = 16;

    private final ConnectionIdManager manager;

    ConnectionIds(ConnectionIdManager manager) {
        this.manager = manager;
    }

    /// Whether this sequence number stood for one of our connection IDs that was retired long ago.
    boolean isForgotten(int sequenceNumber) {
        Map<Integer, ConnectionIdInfo> own = KwikInternals.ownConnectionIds(manager);
        return !own.containsKey(sequenceNumber) && sequenceNumber < Collections.max(own.keySet());
    }

    /// Whether a frame retires the peer's connection ID that our packets have.
    boolean retiresInUse(NewConnectionIdFrame frame) {
        Map<Integer, ConnectionIdInfo> ids = KwikInternals.peerConnectionIds(manager);
        byte[] current = manager.getCurrentPeerConnectionId();
        return ids != null && ids.values().stream().anyMatch(id ->
                id.getSequenceNumber() < frame.getRetirePriorTo() && Arrays.equals(id.getConnectionId(), current));
    }

    void forgetRetired() {
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
