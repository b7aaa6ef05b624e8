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
        /// Packets are lost, doubled and damaged from now on.
        UNKIND_NETWORK,
        /// They are not any more. A publisher that is replaced has the same effect: it leaves when everything has arrived.
        KIND_NETWORK
    }

    /// As a line of progress.
    String describe() {
        return switch (fault) {
            case PAUSE -> "pause of %d ms".formatted(pauseMillis());
            case COLLECTION -> "garbage collection";
            case POLICY -> "policy swap";
            case UNKIND_NETWORK -> "unkind network, %.0f %%".formatted(100 * amount);
            case KIND_NETWORK -> "kind network";
            case ARRIVAL, DEPARTURE, KILL, CUT, PUBLISHER_RESTART, PUBLISHER_KILL ->
                fault.name().toLowerCase(Locale.ROOT).replace('_', ' ') + " (" + mode + ")";
        };
    }

    long pauseMillis() {
        return 20 + (long) (amount * 780);
    }
}
