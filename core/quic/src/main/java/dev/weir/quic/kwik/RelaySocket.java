// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.RelayException;
import dev.weir.engine.RelayException.ErrorCode;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.SocketException;

/// The one UDP socket that all connections of a relay share.
///
/// It must not be the socket of a DatagramChannel: that one is closed for everybody when a thread is interrupted while it sends, and
/// Kwik interrupts the sender of each connection that ends, and ends the process when the socket is closed.
final class RelaySocket {
    /// Bytes, for each direction: a burst of a key frame to many subscribers.
    private static final int BUFFER = 4 << 20;

    private RelaySocket() {}

    /// @param listen where to
    /// @return the bound socket
    /// @throws RelayException if the address cannot be had
    static DatagramSocket bind(InetSocketAddress listen) {
        try {
            var socket = new DatagramSocket(null);
            try {
                socket.setReceiveBufferSize(BUFFER);
                socket.setSendBufferSize(BUFFER);
                socket.bind(listen);
                return socket;
            } catch (SocketException e) {
                socket.close();
                throw e;
            }
        } catch (SocketException e) {
            throw new RelayException(
                    ErrorCode.ADDRESS_IN_USE,
                    "cannot listen on UDP " + listen.getAddress().getHostAddress() + " port " + listen.getPort() + ": "
                            + e.getMessage() + "; stop what uses it or choose another with --listen",
                    e);
        }
    }
}
