// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// The relay without a kernel, on loopback; needs no privileges.
class UserSpaceRelayTests extends RelayScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return LoopbackRelays.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    void checkCopies(int copies) {
        assertThat(relay.statistics()).containsEntry("copies.kernel", 0L);
        assertThat(relay.statistics().get("copies.userspace")).isGreaterThanOrEqualTo(copies);
    }
}
