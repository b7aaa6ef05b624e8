// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.UnaryOperator;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Relays without a kernel, on loopback; needs no privileges.
final class LoopbackRelays {
    private LoopbackRelays() {}

    static RelayServer start(DevelopmentCertificate certificate) {
        return start(certificate, options -> options);
    }

    /// A relay with other options than usual.
    static RelayServer start(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) {
        return RelayServer.start(changed.apply(RelayOptions.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.USERSPACE)));
    }

    static KwikPeer connect(RelayServer relay, CipherSuite suite) throws Exception {
        return connect(relay, suite, RelayServer.ALPN);
    }

    static KwikPeer connect(RelayServer relay, CipherSuite suite, String protocol) throws Exception {
        return new KwikPeer("127.0.0.1", relay.address().getPort(), suite, protocol);
    }
}
