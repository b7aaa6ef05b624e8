// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.abi.WeirLimit;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.time.Duration;
import java.util.ArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// More tracks than the kernel's table has rows (DESIGN section 4, rule 10): what does not fit is served by user space. Needs root and BPF.
@RequiresRoot
class KernelFullMapsIT extends RelayFixture {
    private static final int MORE = 8;
    private static final int TRACKS = WeirLimit.TRACKS + MORE;
    /// No more than requests that a peer may have open.
    private static final int TRACKS_EACH = 60;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

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
        return environment.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return environment.connect(suite);
    }

    @Test
    void everyTrackIsServedAlsoThoseThatTheKernelHasNoRoomFor() throws Exception {
        KwikPeer publisher = environment.connect(builder -> builder.maxOpenPeerInitiatedBidirectionalStreams(2 * TRACKS));
        peers.add(publisher);
        var announce = publisher.request(new PublishNamespace(0, TrackNamespace.parse("live"), Parameters.EMPTY));
        assertThat(announce.answer()).isInstanceOf(RequestOk.class);
        var subscribers = new ArrayList<KwikPeer>();
        for (int i = 0; i < TRACKS; i++) {
            if (i % TRACKS_EACH == 0) {
                subscribers.add(peer(CHACHA));
            }
            KwikPeer.Request request = subscribers.getLast().request(
                    new Subscribe(2L * (i % TRACKS_EACH), FullTrackName.of("live/cam1", "video-" + i), Parameters.EMPTY));
            KwikPeer.Request upstream = publisher.nextIncoming();
            assertThat(upstream.answer()).isInstanceOf(Subscribe.class);
            upstream.send(new SubscribeOk(ALIAS + i, Parameters.EMPTY, TrackProperties.EMPTY));
            assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        }
        awaitLanes(TRACKS);

        for (int i = 0; i < TRACKS; i++) {
            publisher.sendDatagramOnce(new ObjectDatagram(ALIAS + i, 1, 0, 5, new byte[0], false, null, new byte[100]).encode());
        }

        for (KwikPeer subscriber : subscribers) {
            int each = subscriber == subscribers.getLast() ? (TRACKS - 1) % TRACKS_EACH + 1 : TRACKS_EACH;
            await().atMost(PATIENCE).until(() -> subscriber.datagrams.size() >= each);
            assertThat(subscriber.datagrams.stream().map(ObjectDatagram::decode).map(ObjectDatagram::alias).distinct()).hasSize(each);
            assertThat(subscriber.datagrams).hasSize(each);
        }
        var statistics = relay.statistics();
        assertThat(statistics).containsEntry("tracks.full", (long) MORE).containsEntry("map.tracks", (long) WeirLimit.TRACKS);
        assertThat(statistics.get("copies.kernel")).isGreaterThan(TRACKS / 2);
        assertThat(statistics.get("copies.userspace")).isGreaterThanOrEqualTo(MORE);
    }
}
