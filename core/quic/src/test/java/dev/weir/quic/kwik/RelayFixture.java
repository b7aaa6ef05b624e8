// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupHeader.SubgroupMode;
import dev.weir.wire.moqt.SubgroupObjectWriter;
import dev.weir.wire.moqt.SubscriptionFilter;
import dev.weir.wire.moqt.TrackNamespace;
import dev.weir.wire.moqt.TrackProperties;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// A relay in one of its environments, and Kwik peers of it.
abstract class RelayFixture {
    static final FullTrackName TRACK = FullTrackName.of("live/cam1", "video");
    static final CipherSuite CHACHA = CipherSuite.TLS_CHACHA20_POLY1305_SHA256;
    static final long ALIAS = 300;
    private static final Duration BOOKS = Duration.ofSeconds(30);

    RelayServer relay;
    final List<KwikPeer> peers = new ArrayList<>();
    private boolean booksChecked;

    /// Starts a relay.
    abstract RelayServer startRelay(DevelopmentCertificate certificate) throws Exception;

    /// Connects a peer that offers one cipher suite.
    abstract KwikPeer connect(CipherSuite suite) throws Exception;

    @BeforeEach
    void start() throws Exception {
        relay = startRelay(DevelopmentCertificate.create());
    }

    @AfterEach
    void stop() {
        try {
            checkBooks();
        } finally {
            peers.forEach(KwikPeer::close);
            relay.close();
        }
    }

    /// Whatever a scenario was about, the books of its relay balance at its end. A scenario that closes its relay calls this before.
    void checkBooks() {
        if (!booksChecked) {
            booksChecked = true;
            await().atMost(BOOKS).untilAsserted(() -> assertThat(relay.audit().imbalances()).isEmpty());
        }
    }

    KwikPeer peer(CipherSuite suite) throws Exception {
        KwikPeer peer = connect(suite);
        peers.add(peer);
        return peer;
    }

    KwikPeer publisher() throws Exception {
        KwikPeer publisher = peer(CHACHA);
        var announce = publisher.request(new PublishNamespace(0, TrackNamespace.parse("live"), Parameters.EMPTY));
        assertThat(announce.answer()).isInstanceOf(RequestOk.class);
        return publisher;
    }

    static KwikPeer.Request acceptSubscribe(KwikPeer publisher) throws Exception {
        KwikPeer.Request upstream = publisher.nextIncoming();
        assertThat(upstream.answer()).isInstanceOfSatisfying(Subscribe.class, s -> assertThat(s.track())
                .isEqualTo(TRACK));
        upstream.send(new SubscribeOk(ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        return upstream;
    }

    /// A subscriber whose lane is in force, and the publisher of its track.
    record Subscribed(
            KwikPeer publisher, KwikPeer.Request upstream, KwikPeer subscriber, KwikPeer.Request request) {}

    Subscribed subscribed() throws Exception {
        KwikPeer publisher = publisher();
        KwikPeer subscriber = peer(CHACHA);
        KwikPeer.Request request = subscriber.request(subscribe(null));
        KwikPeer.Request upstream = acceptSubscribe(publisher);
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(1);
        return new Subscribed(publisher, upstream, subscriber, request);
    }

    static Subscribe subscribe(SubscriptionFilter filter) {
        return new Subscribe(0, TRACK, Parameters.builder().filter(filter).build());
    }

    void awaitLanes(int count) {
        await().until(() -> {
            var statistics = relay.statistics();
            return statistics.get("subscriptions.active") == count && statistics.get("lane_lists.stale") == 0;
        });
    }

    static byte[] subgroup(long group, int objects, int size) {
        var header = SubgroupHeader.of(ALIAS, group, SubgroupMode.ZERO, 0, 10, true, true, false);
        var writer = new SubgroupObjectWriter(header);
        var out = new ByteArrayOutputStream();
        out.writeBytes(header.encode());
        var random = new Random(group);
        for (int i = 0; i < objects; i++) {
            byte[] payload = new byte[size];
            random.nextBytes(payload);
            out.writeBytes(writer.object(i, new byte[0], payload));
        }
        return out.toByteArray();
    }

    static byte[] mediaStream(KwikPeer subscriber) {
        return subscriber.streams.values().stream()
                .filter(bytes -> bytes.length > 0 && (bytes[0] & 0x90) == 0x10)
                .findFirst()
                .orElse(null);
    }

    static byte[] object(long group, long object) {
        return new ObjectDatagram(ALIAS, group, object, 5, new byte[0], false, null, new byte[100]).encode();
    }
}
