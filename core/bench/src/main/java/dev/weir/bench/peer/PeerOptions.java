// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// How a peer connects.
///
/// @param relay address of the relay
/// @param serverName its name, for TLS and the AUTHORITY option; may be an address
/// @param trust why to believe that it is the relay
/// @param connectionIdLength bytes of the connection IDs that this side chooses, 0 to 20
/// @param keyLog file to which TLS secrets are appended, in the format of SSLKEYLOGFILE; null: none
/// @param localPort UDP port of this side; 0: any that is free
public record PeerOptions(
        InetSocketAddress relay,
        String serverName,
        Trust trust,
        int connectionIdLength,
        @Nullable Path keyLog,
        int localPort) {
    /// Length of connection IDs that quiche uses by itself.
    public static final int USUAL_CONNECTION_ID_LENGTH = 20;

    /// @param relay address of the relay
    /// @param trust why to believe that it is the relay
    /// @return options with 20-byte connection IDs and no key log
    public static PeerOptions of(InetSocketAddress relay, Trust trust) {
        return new PeerOptions(relay, relay.getHostString(), trust, USUAL_CONNECTION_ID_LENGTH, null, 0);
    }

    /// @param file key log
    /// @return the same with a key log
    public PeerOptions withKeyLog(@Nullable Path file) {
        return new PeerOptions(relay, serverName, trust, connectionIdLength, file, localPort);
    }

    /// @param length bytes, 0 to 20
    /// @return the same with connection IDs of another length
    public PeerOptions withConnectionIdLength(int length) {
        return new PeerOptions(relay, serverName, trust, length, keyLog, localPort);
    }

    /// @param port UDP port of this side; 0: any that is free
    /// @return the same from that port
    public PeerOptions withLocalPort(int port) {
        return new PeerOptions(relay, serverName, trust, connectionIdLength, keyLog, port);
    }
}
