// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.impair.Delay;
import dev.weir.testkit.impair.DelayProxy;
import dev.weir.testkit.peer.KwikPeer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;

/// The relay without a kernel, on loopback; needs no privileges.
class UserSpaceUnusualPeersTests extends UnusualPeerScenarios {
    private final List<DelayProxy> proxies = new ArrayList<>();

    @AfterEach
    void closeProxies() {
        proxies.forEach(DelayProxy::close);
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return LoopbackRelays.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        return new KwikPeer("127.0.0.1", relay.address().getPort(), CHACHA, RelayServer.ALPN, habits);
    }

    @Override
    KwikPeer connectReordered() throws Exception {
        var proxy = DelayProxy.start(
                Thread.ofPlatform().daemon().factory(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                relay.address(),
                new Delay(1, Duration.ZERO, Duration.ZERO, 10, Duration.ofMillis(5)));
        proxies.add(proxy);
        return new KwikPeer("127.0.0.1", proxy.address().getPort(), CHACHA, RelayServer.ALPN);
    }

    @Override
    void checkKernelOpened() {
        assertThat(relay.statistics()).containsEntry("copies.kernel", 0L);
    }

    @Override
    void awaitCopies() {
        long before = relay.statistics().get("copies.userspace");
        await().until(() -> relay.statistics().get("copies.userspace") > before + 100);
    }
}
