// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.FanProtocol;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Own framing without a kernel, on loopback; needs no privileges.
class UserSpaceOwnFramingTests extends OwnFramingScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return LoopbackRelays.start(certificate);
    }

    @Override
    FanProtocol protocol() {
        return FanProtocol.DEFAULT;
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    KwikPeer connect(String protocol) throws Exception {
        return LoopbackRelays.connect(relay, CHACHA, protocol);
    }

    @Override
    boolean isInKernel() {
        return false;
    }

    @Override
    void checkCopies(int copies) {
        assertThat(relay.statistics()).containsEntry("copies.kernel", 0L);
        assertThat(relay.statistics().get("copies.userspace")).isGreaterThanOrEqualTo(copies);
    }
}
