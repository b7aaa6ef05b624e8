// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Policies without a kernel, on loopback; needs no privileges.
class UserSpacePolicyTests extends PolicyScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return LoopbackRelays.start(certificate, options -> options.withClasses(CLASSES));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    boolean inKernel() {
        return false;
    }
}
