// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;

/// The relay without a kernel, on loopback; needs no privileges.
class UserSpaceHarmfulPeersTests extends HarmfulPeerScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) {
        return LoopbackRelays.start(certificate, changed);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        return new KwikPeer("127.0.0.1", relay.address().getPort(), CHACHA, RelayServer.ALPN, habits);
    }
}
