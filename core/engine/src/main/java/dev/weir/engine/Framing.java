// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// What a connection's payloads are.
///
/// With own framing the relay reads nothing of them and there are no control messages at all: every DATAGRAM and every
/// unidirectional stream of a publisher goes, byte for byte, to every subscriber.
public enum Framing {
    /// MoQT draft-18.
    MOQT,
    /// Own framing; what the peer sends goes to all subscribers with own framing.
    OWN_PUBLISHER,
    /// Own framing; the peer gets what all publishers with own framing send, and sends nothing itself.
    OWN_SUBSCRIBER;

    /// Whether the relay leaves the payloads alone.
    public boolean isOwn() {
        return this != MOQT;
    }
}
