// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.spi.DeliveryMode;
import java.util.Locale;

/// One fault of a soak.
///
/// @param atMillis when, since the beginning
/// @param fault what
/// @param mode whose track is concerned, where one is
/// @param amount how much of it, 0 to 1
record SoakStep(long atMillis, Fault fault, DeliveryMode mode, double amount) {
    /// What can happen.
    enum Fault {
        /// A visitor subscribes.
        ARRIVAL,
        /// The oldest visitor says goodbye.
        DEPARTURE,
        /// The oldest visitor is killed: the relay hears nothing, packets to it are refused.
        KILL,
        /// The oldest visitor's cable is cut: the relay hears nothing, nobody answers.
        CUT,
        /// The publisher closes its connection, and comes back.
        PUBLISHER_RESTART,
        /// The publisher is killed, and comes back.
        PUBLISHER_KILL,
        /// The relay stands still, at most 800 ms.
        PAUSE,
        /// The relay collects all its garbage.
        COLLECTION,
        /// A policy is put in force, or taken out again.
        POLICY,
        /// Packets are lost, doubled, damaged and overtaken from now on.
        UNKIND_NETWORK,
        /// They are not any more. A publisher that is replaced has the same effect: it leaves when everything has arrived.
        KIND_NETWORK,
        /// The link of one publisher or resident is dead, at most 2 s.
        BLACK_HOLE,
        /// A subscriber comes that does not do its part, in one of the ways of [dev.weir.testkit.peer.HarmfulPeer.Kind]; the oldest leaves.
        HARMFUL_PEER,
        /// A subscriber comes that updates its keys and replaces its connection IDs and the relay's, over and over; the oldest leaves.
        RESTLESS_PEER,
        /// The relay is killed, and the next one is started; everybody comes back.
        RELAY_KILL,
        /// Everybody leaves, the books are looked at, and the next relay is started.
        RELAY_RESTART
    }

    /// As a line of progress.
    String describe() {
        return switch (fault) {
            case PAUSE -> "pause of %d ms".formatted(pauseMillis());
            case COLLECTION -> "garbage collection";
            case POLICY -> "policy swap";
            case UNKIND_NETWORK -> "unkind network, %.0f %%".formatted(100 * amount);
            case KIND_NETWORK -> "kind network";
            case BLACK_HOLE -> "black hole of %d ms".formatted(holeMillis());
            case HARMFUL_PEER, RELAY_KILL, RELAY_RESTART -> fault.name().toLowerCase(Locale.ROOT).replace('_', ' ');
            case RESTLESS_PEER, ARRIVAL, DEPARTURE, KILL, CUT, PUBLISHER_RESTART, PUBLISHER_KILL ->
                fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " (" + mode + ")";
        };
    }

    long pauseMillis() {
        return 20 + (long) (amount * 780);
    }

    long holeMillis() {
        return 200 + (long) (amount * 1800);
    }
}
