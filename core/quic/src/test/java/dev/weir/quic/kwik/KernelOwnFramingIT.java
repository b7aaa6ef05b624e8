// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.FanProtocol;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// The same with the data plane, and with another ALPN pair than the usual one. Needs root and BPF.
@RequiresRoot
class KernelOwnFramingIT extends OwnFramingScenarios {
    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wtf");
    }

    @AfterAll
    static void removeTopology() {
        environment.close();
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return environment.start(certificate, options -> options.withFan(protocol()));
    }

    @Override
    FanProtocol protocol() {
        return new FanProtocol("game-pub", "game-sub");
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(suite);
    }

    @Override
    KwikPeer connect(String protocol) throws Exception {
        return environment.connect(CHACHA, protocol);
    }

    @Override
    boolean isInKernel() {
        return true;
    }

    @Override
    void checkCopies(int copies) {
        assertThat(relay.statistics().get("copies.kernel"))
                .as("%s", relay.statistics())
                .isGreaterThanOrEqualTo(copies * 9L / 10);
    }
}
