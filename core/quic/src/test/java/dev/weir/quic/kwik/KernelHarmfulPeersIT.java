// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConstants.TransportErrorCode;

/// The same with the data plane. Needs root and BPF.
@RequiresRoot
class KernelHarmfulPeersIT extends HarmfulPeerScenarios {
    private static NamespaceRelays environment;

    @BeforeAll
    static void buildTopology() {
        environment = new NamespaceRelays("wth");
    }

    @AfterAll
    static void removeTopology() {
        environment.close();
    }

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) throws Exception {
        return environment.start(certificate, changed);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(suite);
    }

    @Override
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        return environment.connect(habits);
    }

    /// The short form has the bound set to less than the peer needs many seconds for; `-Dweir.test.unacknowledgedSpan=262144` is the relay's.
    @Test
    void putsOutWhoMakesItSendAcksAndAcknowledgesNoCopy() throws Exception {
        long span = Long.getLong("weir.test.unacknowledgedSpan", 500);
        RelayInternals.boundUnacknowledgedSpan(relay, span);
        Subscribed subscribed = subscribed();
        KwikPeer silent = peer(CHACHA);
        subscribeAlso(silent, 2);
        await().until(() -> relay.statistics().get("lanes") == 3);
        PeerHabits.acknowledgeNothing(silent);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 5).goOn(1)) {
            await().until(() -> relay.statistics().get("outstanding.packets") > 0);
            long[] paddedPing = new long[1050]; // a packet of its own; the type of PADDING is 0
            paddedPing[0] = 0x01;
            for (int i = 0; i < 100 * span && !silent.closedWith.isDone(); i++) {
                FrameTrain.send(silent, 1, _ -> paddedPing);
                PeerHabits.skipPacketNumber(silent); // which makes the relay acknowledge at once
                if (i % 100 == 99) {
                    await().until(() -> PeerHabits.isAllSent(silent) || silent.closedWith.isDone());
                }
            }
            assertThat(silent.closedWith.get(10, TimeUnit.SECONDS)).isEqualTo(TransportErrorCode.PROTOCOL_VIOLATION.value);
            load.goOn(3).finish();
            load.awaitStreams(subscribed.subscriber());
            load.awaitDatagrams(subscribed.subscriber());
        }
        assertThat(relay.statistics()).containsEntry("connections", 2L);
    }
}
