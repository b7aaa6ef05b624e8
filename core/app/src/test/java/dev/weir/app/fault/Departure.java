// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.wire.moqt.SessionError;
import java.util.concurrent.TimeUnit;

/// The ways in which a subscriber can leave.
enum Departure {
    /// CONNECTION_CLOSE, no error.
    CLOSED {
        @Override
        void leave(SubscriberPeer peer) {
            peer.close();
        }
    },
    /// CONNECTION_CLOSE of QUIC itself.
    TRANSPORT_ERROR {
        @Override
        void leave(SubscriberPeer peer) {
            peer.closeWithTransportError(INTERNAL_ERROR);
        }
    },
    /// CONNECTION_CLOSE with an error of the application.
    APPLICATION_ERROR {
        @Override
        void leave(SubscriberPeer peer) {
            peer.closeWithError(SessionError.INTERNAL_ERROR.code());
        }
    },
    /// The process is killed: nothing is said, and the host answers the relay's packets with "port unreachable".
    KILLED {
        @Override
        void leave(SubscriberPeer peer) {
            peer.fallSilent();
            peer.close();
        }
    },
    /// The cable is cut: nothing is said, nothing answers. The caller closes the socket later.
    CUT_OFF {
        @Override
        void leave(SubscriberPeer peer) {
            peer.fallSilent();
        }
    },
    /// The relay puts it out, because it breaks the protocol.
    PUT_OUT {
        @Override
        void leave(SubscriberPeer peer) throws Exception {
            peer.sendDatagram(STATUS_AND_END_OF_GROUP);
            peer.ended().get(10, TimeUnit.SECONDS);
            peer.close();
        }
    };

    /// RFC 9000 section 20.1.
    private static final long INTERNAL_ERROR = 0x1;
    /// An OBJECT_DATAGRAM of a type that draft-18 section 10.3.1 forbids.
    private static final byte[] STATUS_AND_END_OF_GROUP = {0x22, 1, 1, 1, 1};

    abstract void leave(SubscriberPeer peer) throws Exception;
}
