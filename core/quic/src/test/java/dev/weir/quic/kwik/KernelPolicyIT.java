// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Policies with the data plane. Needs root and BPF.
@RequiresRoot
class KernelPolicyIT extends PolicyScenarios {
    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wtp");
    }

    @AfterAll
    static void removeTopology() {
        environment.close();
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return environment.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(suite);
    }

    @Override
    boolean inKernel() {
        return true;
    }
}
