// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.SubscriberView;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;

/// The same with the data plane. Needs root and BPF.
@RequiresRoot
class KernelUnusualPeersIT extends UnusualPeerScenarios {
    private static final int ENOUGH = 50;

    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wtu");
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
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        return environment.connect(habits);
    }

    @Override
    KwikPeer connectReordered() throws Exception {
        return environment.connectReordered();
    }

    @Override
    void awaitCopies() {
        awaitLanesInForce();
        Map<Integer, Long> before = copiesByKernel();
        assertThat(before).hasSizeGreaterThan(1);
        await().untilAsserted(() -> {
            Map<Integer, Long> now = copiesByKernel();
            before.forEach((lane, copies) -> assertThat(now.get(lane)).as("kernel's copies for lane %d", lane).isGreaterThan(copies + ENOUGH));
        });
    }

    /// What the kernel has made for each subscriber's lane.
    private Map<Integer, Long> copiesByKernel() {
        Set<Integer> subscribers = relay.views().subscribers().stream().map(SubscriberView::id).collect(Collectors.toSet());
        return relay.views().lanes().stream().filter(lane -> subscribers.contains(lane.id()))
                .collect(Collectors.toMap(LaneStatus::id, LaneStatus::copiesByKernel));
    }

    private void awaitLanesInForce() {
        await().until(() -> {
            var statistics = relay.statistics();
            return statistics.get("lanes").equals(statistics.get("connections"));
        });
    }

    @Override
    void checkKernelOpened() {
        var statistics = relay.statistics();
        assertThat(statistics.get("copies.kernel")).isGreaterThan(statistics.get("key_updates"));
    }
}
