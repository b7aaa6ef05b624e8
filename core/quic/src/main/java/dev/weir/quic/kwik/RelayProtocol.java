// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Framing;
import java.util.Set;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.QuicStream;
import tech.kwik.core.server.ApplicationProtocolConnection;
import tech.kwik.core.server.ApplicationProtocolConnectionFactory;

/// What Kwik asks when a connection with one of our ALPNs comes. With own framing only publishers may open streams, and only
/// unidirectional ones; whoever opens others is closed by Kwik with STREAM_LIMIT_ERROR (RFC 9000 section 4.6).
final class RelayProtocol implements ApplicationProtocolConnectionFactory {
    /// Unidirectional streams that a peer may have open.
    static final int DATA_STREAMS = 1024;
    /// Bidirectional streams that a peer may have open.
    static final int REQUEST_STREAMS = 256;

    private final Set<RelayConnection> connections;
    private final Framing framing;

    /// @param connections gets every connection that comes
    RelayProtocol(Set<RelayConnection> connections, Framing framing) {
        this.connections = connections;
        this.framing = framing;
    }

    @Override
    public ApplicationProtocolConnection createConnection(String protocol, QuicConnection quicConnection) {
        var connection = (RelayConnection) quicConnection;
        connections.add(connection);
        connection.whenTerminated(() -> connections.remove(connection));
        connection.start(framing);
        return new ApplicationProtocolConnection() {
            @Override
            public void acceptPeerInitiatedStream(QuicStream stream) {
                connection.accept(stream);
            }
        };
    }

    @Override
    public int maxConcurrentPeerInitiatedUnidirectionalStreams() {
        return framing == Framing.OWN_SUBSCRIBER ? 0 : DATA_STREAMS;
    }

    @Override
    public int maxConcurrentPeerInitiatedBidirectionalStreams() {
        return framing.isOwn() ? 0 : REQUEST_STREAMS;
    }

    @Override
    public boolean enableDatagramExtension() {
        return true;
    }
}
