// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Topology;
import java.net.InetSocketAddress;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Relays with the data plane, and peers in namespaces of their own: the first peer is the publisher's, the next ones are
/// subscribers in turn. Needs root and BPF.
final class NamespaceRelays implements AutoCloseable {
    private static final int PORT = 4433;
    private final Topology topology;
    private int connected;

    /// @param prefix of the namespaces' names
    NamespaceRelays(String prefix) {
        topology = Topology.create(prefix, 2);
    }

    RelayServer start(DevelopmentCertificate certificate) throws Exception {
        connected = 0;
        return topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                new InetSocketAddress(PORT),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.KERNEL)));
    }

    KwikPeer connect(CipherSuite suite) throws Exception {
        return connect(suite, RelayServer.ALPN);
    }

    KwikPeer connect(CipherSuite suite, String protocol) throws Exception {
        var host = connected == 0
                ? topology.publisher()
                : topology.subscribers().get((connected - 1) % topology.subscribers().size());
        connected++;
        return host.namespace().call(() -> new KwikPeer(host.relayIpv4().getHostAddress(), PORT, suite, protocol));
    }

    @Override
    public void close() {
        topology.close();
    }
}
