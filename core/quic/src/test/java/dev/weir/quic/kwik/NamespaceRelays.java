// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.Host;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.Topology;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.testkit.peer.KwikPeer;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;

/// Relays with the data plane, and peers in namespaces of their own: the first peer is the publisher's, the next ones are
/// subscribers in turn. Needs root and BPF.
final class NamespaceRelays implements AutoCloseable {
    private static final int PORT = 4433;
    private final Topology topology;
    private final List<DelayProxy> proxies = new CopyOnWriteArrayList<>();
    private int connected;

    /// @param prefix of the namespaces' names
    NamespaceRelays(String prefix) {
        topology = Topology.create(prefix, 2);
    }

    /// Where the relay is.
    NetworkNamespace relayNamespace() {
        return topology.relay();
    }

    RelayServer start(DevelopmentCertificate certificate) throws Exception {
        return start(certificate, options -> options);
    }

    /// A relay with other options than usual.
    RelayServer start(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) throws Exception {
        connected = 0;
        return topology.relay().call(() -> RelayServer.start(changed.apply(RelayOptions.of(
                new InetSocketAddress(PORT),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.KERNEL))));
    }

    KwikPeer connect(CipherSuite suite) throws Exception {
        return connect(suite, RelayServer.ALPN);
    }

    private Host nextHost() {
        Host host = connected == 0
                ? topology.publisher()
                : topology.subscribers().get((connected - 1) % topology.subscribers().size());
        connected++;
        return host;
    }

    /// A peer that promises something else in its handshake.
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        Host host = nextHost();
        return host.namespace().call(() -> new KwikPeer(
                host.relayIpv4().getHostAddress(),
                PORT,
                CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
                RelayServer.ALPN,
                habits));
    }

    /// A peer with packets that overtake others on their way, in both directions.
    KwikPeer connectReordered() throws Exception {
        Host host = nextHost();
        return host.namespace().call(() -> {
            var proxy = DelayProxy.start(
                    Thread.ofPlatform().daemon().factory(), // in the namespace of the thread that makes it
                    new InetSocketAddress(host.ipv4(), 0),
                    new InetSocketAddress(host.relayIpv4(), PORT),
                    new Delay(1, Duration.ZERO, Duration.ZERO, 10, Duration.ofMillis(5)));
            proxies.add(proxy);
            return new KwikPeer(
                    host.ipv4().getHostAddress(),
                    proxy.address().getPort(),
                    CipherSuite.TLS_CHACHA20_POLY1305_SHA256,
                    RelayServer.ALPN);
        });
    }

    KwikPeer connect(CipherSuite suite, String protocol) throws Exception {
        Host host = nextHost();
        return host.namespace().call(() -> new KwikPeer(host.relayIpv4().getHostAddress(), PORT, suite, protocol));
    }

    @Override
    public void close() {
        proxies.forEach(DelayProxy::close);
        topology.close();
    }
}
