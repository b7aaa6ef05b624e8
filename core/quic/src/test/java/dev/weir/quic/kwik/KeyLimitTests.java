// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.PathMode;
import dev.weir.engine.RelayOptions;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import dev.weir.testkit.peer.RawFrame;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.ObjectDatagram;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.crypto.ChaCha20;

/// Connections whose keys may be used for few packets: no key is used for more, and who makes that impossible is put out
/// (RFC 9001 section 6.6).
class KeyLimitTests extends RelayFixture {
    /// The figure.
    private static final int LIMIT = 1 << 12;

    private static final int AT_A_TIME = 100;
    private static final int ONE_PACKET = 1000;

    private int limit = LIMIT;
    private long next;

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        var options = RelayOptions.of(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                certificate.keyStore(),
                DevelopmentCertificate.ALIAS,
                certificate.password(),
                PathMode.USERSPACE);
        return RelayServer.start(
                options, cipher -> new KeyLimits(cipher instanceof ChaCha20 ? Long.MAX_VALUE : limit, limit));
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    private KwikPeer aesSubscriber() throws Exception {
        KwikPeer subscriber = peer(CipherSuite.TLS_AES_128_GCM_SHA256);
        assertThat(subscriber.request(subscribe(null)).answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(2);
        return subscriber;
    }

    private void publish(KwikPeer publisher) {
        for (int i = 0; i < AT_A_TIME; i++) {
            publisher.sendDatagramOnce(new ObjectDatagram(
                    ALIAS, 1, next++, 5, new byte[0], false, null, new byte[ONE_PACKET]).encode());
        }
    }

    @Test
    void updatesKeysBeforeTheyAreUsedUp() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer subscriber = aesSubscriber();
        var opened = new PeerControls(subscriber).countOpened();
        while (next < 3 * LIMIT) {
            publish(subscribed.publisher());
            await().pollInterval(Duration.ofMillis(1)).until(() -> subscriber.datagrams.size() == next);
        }
        assertThat(opened).hasSizeGreaterThan(3);
        assertThat(opened.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(LIMIT));
        assertThat(relay.statistics().get("key_updates")).isGreaterThan(3);
        assertThat(peers).noneMatch(peer -> peer.closedWith.isDone());
    }

    @Test
    void putsOutWhoMakesUpdatesImpossible() throws Exception {
        limit = 48; // and 64 datagrams wait for their acknowledgement, which never comes
        Subscribed subscribed = subscribed();
        KwikPeer subscriber = aesSubscriber();
        var opened = new PeerControls(subscriber).countOpened();
        PeerHabits.acknowledgeNothing(subscriber);
        while (!subscriber.closedWith.isDone() && next < 1000) {
            publish(subscribed.publisher());
            await().pollInterval(Duration.ofMillis(1)).until(() -> subscribed.subscriber().datagrams.size() == next);
        }
        assertThat(subscriber.closedWith.get(5, TimeUnit.SECONDS)).isEqualTo(TransportErrorCode.AEAD_LIMIT_REACHED.value);
        assertThat(opened.values()).allSatisfy(count -> assertThat(count).isLessThanOrEqualTo(limit));
        assertThat(subscribed.subscriber().closedWith).isNotDone();
    }

    @Test
    void putsOutWhoSendsTooManyForgeries() throws Exception {
        limit = 100;
        Subscribed subscribed = subscribed();
        KwikPeer forger = peer(CHACHA);
        new PeerControls(forger).forge();
        for (int i = 0; i < 3 * limit && !forger.closedWith.isDone(); i++) {
            forger.sendFrame(new RawFrame(0x01));
            Thread.sleep(1); // a packet of its own
        }
        assertThat(forger.closedWith.get(5, TimeUnit.SECONDS)).isEqualTo(TransportErrorCode.AEAD_LIMIT_REACHED.value);
        publish(subscribed.publisher());
        await().until(() -> subscribed.subscriber().datagrams.size() == next);
    }
}
