// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.Trust;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The relay to connect to, and why to believe that it is the one.
///
/// @param host name or address (`--relay HOST:PORT`)
/// @param port UDP port, 1 to 65535
/// @param certificate PEM file with the certificate that the relay must present, exactly (`--certificate`); null: it must be
///     valid for the name, under the JDK's authorities
/// @param insecure accept any certificate (`--insecure`); for tests only
public record RelayTarget(String host, int port, @Nullable Path certificate, boolean insecure) {
    /// Port unless said otherwise.
    public static final int DEFAULT_PORT = 4433;

    /// Reads `HOST`, `HOST:PORT`, `[ADDRESS]:PORT`.
    ///
    /// @throws IllegalArgumentException if it is none of them, as a sentence
    public static RelayTarget parse(String text, @Nullable Path certificate, boolean insecure) {
        int bracket = text.lastIndexOf(']');
        int colon = text.lastIndexOf(':');
        boolean bareIpv6 = bracket < 0 && text.indexOf(':') != colon;
        String host = colon > bracket && !bareIpv6 ? text.substring(0, colon) : text;
        String port = colon > bracket && !bareIpv6 ? text.substring(colon + 1) : String.valueOf(DEFAULT_PORT);
        host = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        if (host.isEmpty() || !port.matches("\\d{1,5}")) {
            throw new IllegalArgumentException(
                    "--relay takes HOST:PORT, such as relay.example:4433 or [2001:db8::1]:4433, not '" + text + "'.");
        }
        Ranges.check("--relay", Integer.parseInt(port), 1, 65_535, "as its port");
        return new RelayTarget(host, Integer.parseInt(port), certificate, insecure);
    }

    /// @return how a peer connects to it
    /// @throws BenchException if the name is not known or the certificate cannot be read
    PeerOptions peerOptions() {
        var address = new InetSocketAddress(host, port);
        if (address.isUnresolved()) {
            throw new BenchException("There is no host '" + host + "'; check the name given with --relay.");
        }
        Trust trust = insecure ? new Trust.Insecure() : certificate != null ? Trust.pinned(certificate) : new Trust.Authorities();
        return new PeerOptions(address, host, trust, PeerOptions.USUAL_CONNECTION_ID_LENGTH, null, 0);
    }
}
