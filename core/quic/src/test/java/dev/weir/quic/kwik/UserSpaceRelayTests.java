// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// The relay without a kernel, on loopback; needs no privileges.
class UserSpaceRelayTests extends RelayScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return RelayServer.start(RelayOptions.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.USERSPACE));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return new KwikPeer("127.0.0.1", relay.address().getPort(), suite);
    }

    @Override
    void checkCopies(int copies) {
        assertThat(relay.statistics()).containsEntry("copies.kernel", 0L);
        assertThat(relay.statistics().get("copies.userspace")).isGreaterThanOrEqualTo(copies);
    }
}
