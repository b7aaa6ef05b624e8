// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.testkit.Host;
import dev.weir.testkit.peer.HarmfulPeer;
import dev.weir.testkit.peer.HarmfulPeer.Kind;
import dev.weir.testkit.peer.RestlessPeer;
import dev.weir.wire.moqt.FullTrackName;
import java.util.ArrayDeque;
import java.util.Deque;

/// Subscribers of a soak that do what few do: what comes to them is not judged, only what their presence does to the others.
final class SoakOffenders implements AutoCloseable {
    private static final int MOST_HARMFUL = 3;
    private static final int MOST_RESTLESS = 2;

    private final Host host;
    private final SoakLedger ledger;
    private final Deque<HarmfulPeer> harmful = new ArrayDeque<>();
    private final Deque<RestlessPeer> restless = new ArrayDeque<>();

    SoakOffenders(Host host, SoakLedger ledger) {
        this.host = host;
        this.ledger = ledger;
    }

    /// One comes that does not do its part.
    ///
    /// @param amount chooses in which way, 0 to 1
    void harm(FullTrackName track, double amount) {
        if (harmful.size() == MOST_HARMFUL) {
            harmful.remove().close();
        }
        Kind kind = Kind.values()[(int) (amount * Kind.values().length)];
        try {
            harmful.add(HarmfulPeer.subscribe(kind, host, RelayProcess.PORT, track));
        } catch (Exception e) {
            throw new BenchException("A harmful peer (" + kind + ") could not subscribe (" + e.getMessage() + "); look at the relay's log.", e);
        }
    }

    /// One comes that updates its keys and replaces connection IDs.
    void restless(FullTrackName track) {
        if (restless.size() == MOST_RESTLESS) {
            leave(restless.remove());
        }
        try {
            restless.add(RestlessPeer.subscribe(host, RelayProcess.PORT, track));
        } catch (Exception e) {
            throw new BenchException("A restless peer could not connect (" + e.getMessage() + "); look at the relay's log.", e);
        }
    }

    private void leave(RestlessPeer peer) {
        Long error = peer.closedWith();
        if (error != null) {
            ledger.restlessClosed(error);
        }
        ledger.fact("key updates", peer.keyUpdates());
        ledger.fact("connection IDs replaced", peer.replacements());
        peer.close();
    }

    /// The relay is gone, or all leave; these two differ in whether a closed connection is a fault.
    ///
    /// @param isRelayGone whether connections may have ended for that
    void end(boolean isRelayGone) {
        harmful.forEach(HarmfulPeer::close);
        harmful.clear();
        restless.forEach(isRelayGone ? RestlessPeer::close : this::leave);
        restless.clear();
    }

    @Override
    public void close() {
        end(true);
    }
}
