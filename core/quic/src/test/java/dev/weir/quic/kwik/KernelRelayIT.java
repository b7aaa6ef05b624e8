// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// The same with the data plane: publisher and subscribers in namespaces of their own. Needs root and BPF.
@RequiresRoot
class KernelRelayIT extends RelayScenarios {
    private static final int PORT = 4433;
    private static Topology topology;
    private int connected;

    @BeforeAll
    static void buildTopology() {
        topology = Topology.create("wtq", 2);
    }

    @AfterAll
    static void removeTopology() {
        topology.close();
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return topology.relay().call(() -> RelayServer.start(RelayOptions.of(
                new InetSocketAddress(PORT),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.KERNEL)));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        var host = connected == 0
                ? topology.publisher()
                : topology.subscribers().get((connected - 1) % topology.subscribers().size());
        connected++;
        return host.namespace().call(() -> new KwikPeer(host.relayIpv4().getHostAddress(), PORT, suite));
    }

    @Override
    void checkCopies(int copies) {
        assertThat(relay.statistics().get("copies.kernel"))
                .as("%s", relay.statistics())
                .isGreaterThanOrEqualTo(copies * 9L / 10);
    }
}
