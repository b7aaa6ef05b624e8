// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.crypto.Aead;

/// The data plane speaks ChaCha20-Poly1305, so the relay takes it whenever a peer offers it, and else what the peer likes best.
class PreferredSuiteTests {
    @ParameterizedTest
    @CsvSource({
        "TLS_AES_128_GCM_SHA256, TLS_CHACHA20_POLY1305_SHA256, ChaCha20",
        "TLS_CHACHA20_POLY1305_SHA256, TLS_AES_128_GCM_SHA256, ChaCha20",
        "TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, Aes128Gcm",
    })
    void takesChaCha20WhereverInThePeersListItStands(CipherSuite first, CipherSuite second, String cipher) throws Exception {
        try (RelayServer relay = LoopbackRelays.start(DevelopmentCertificate.create());
                KwikPeer peer = new KwikPeer("127.0.0.1", relay.address().getPort(), first, RelayServer.ALPN,
                        builder -> builder.cipherSuite(second))) {
            Aead keys = PeerControls.ownKeys(peer);
            assertThat(List.of(KwikInternals.keyed(keys).getClass().getSimpleName())).containsExactly(cipher);
        }
    }
}
