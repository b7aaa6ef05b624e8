// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.frame.Range;

/// The relay without a kernel, on loopback; needs no privileges.
class UserSpaceHarmfulPeersTests extends HarmfulPeerScenarios {
    @Override
    RelayServer startRelay(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) {
        return LoopbackRelays.start(certificate, changed);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Override
    KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        return new KwikPeer("127.0.0.1", relay.address().getPort(), CHACHA, RelayServer.ALPN, habits);
    }

    @Test
    void judgesEarlyAcksByWhatCanHaveBeenSent() {
        assertThat(EarlyAcks.neverSent(List.of(new Range(0L, 1L << 31)), EarlyAcks.HANDSHAKE_PACKETS)).isEqualTo(1L << 31);
        assertThat(EarlyAcks.neverSent(List.of(new Range(-5L, 3L)), 10)).isEqualTo(-5);
        assertThat(EarlyAcks.neverSent(List.of(new Range(7L, 9L), new Range(0L, 3L)), 10)).isEqualTo(EarlyAcks.NONE);
        assertThat(EarlyAcks.neverSent(List.of(new Range(7L, 10L)), 10)).isEqualTo(10);
    }
}
