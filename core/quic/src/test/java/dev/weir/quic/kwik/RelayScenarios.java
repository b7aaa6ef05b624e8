// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SubgroupHeader;
import dev.weir.wire.moqt.SubgroupObjectReader;
import dev.weir.wire.moqt.SubscriptionFilter;
import dev.weir.wire.moqt.TrackProperties;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// What is asked of the relay, what it answers, what arrives: the same with and without the kernel, against real QUIC peers.
abstract class RelayScenarios extends RelayFixture {
    /// Looks at the counters after a scenario in which `copies` copies were to be made for lanes with ChaCha20-Poly1305.
    abstract void checkCopies(int copies);

    @Test
    void deliversSubgroupStreamsByteForByte() throws Exception {
        KwikPeer publisher = publisher();
        KwikPeer first = peer(CHACHA);
        KwikPeer second = peer(CipherSuite.TLS_AES_128_GCM_SHA256);
        var request = first.request(subscribe(null));
        KwikPeer.Request upstream = acceptSubscribe(publisher);
        assertThat(request.answer()).isInstanceOfSatisfying(SubscribeOk.class, ok -> assertThat(ok.trackAlias())
                .isEqualTo(ALIAS));
        var other = second.request(subscribe(null));
        assertThat(other.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(2);

        byte[] sent = subgroup(7, 40, 3000);
        publisher.sendStream(sent);
        await().until(() -> mediaStream(first) != null && mediaStream(second) != null);
        assertThat(mediaStream(first)).isEqualTo(sent);
        assertThat(mediaStream(second)).isEqualTo(sent);

        upstream.send(new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), 1, ""));
        assertThat(request.answer()).isInstanceOfSatisfying(PublishDone.class, done -> assertThat(done.streamCount())
                .isEqualTo(1));
        assertThat(relay.statistics()).containsEntry("protocol_violations", 0L).containsEntry("tag_failures", 0L);
        checkCopies(100);
    }

    @Test
    void deliversDatagramsOnce() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer subscriber = subscribed.subscriber();
        for (int i = 0; i < 20; i++) {
            var object = new ObjectDatagram(ALIAS, 1, i, 5, new byte[0], false, null, new byte[1000]);
            publisher.sendDatagramOnce(object.encode());
        }
        var received = new ArrayList<Long>();
        for (int i = 0; i < 20; i++) {
            byte[] datagram = subscriber.datagrams.poll(5, TimeUnit.SECONDS);
            assertThat(datagram).as("datagram %d", i).isNotNull();
            received.add(ObjectDatagram.decode(datagram).object());
        }
        assertThat(received).doesNotHaveDuplicates().hasSize(20);
        assertThat(subscriber.datagrams.poll(100, TimeUnit.MILLISECONDS)).isNull();
        checkCopies(20);
    }

    @Test
    void startsLateSubscribersInsideTheGroup() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer early = subscribed.subscriber();
        byte[] sent = subgroup(3, 10, 100);
        publisher.sendStream(sent);
        await().until(() -> mediaStream(early) != null);

        KwikPeer late = peer(CHACHA);
        var range = late.request(subscribe(new SubscriptionFilter.AbsoluteStart(new Location(3, 6))));
        assertThat(range.answer()).isInstanceOfSatisfying(SubscribeOk.class, ok -> assertThat(
                        ok.parameters().largestObject())
                .isEqualTo(new Location(3, 9)));
        await().until(() -> mediaStream(late) != null);
        ByteBuffer bytes = ByteBuffer.wrap(mediaStream(late));
        SubgroupHeader header = SubgroupHeader.decode(bytes);
        assertThat(header.firstObject()).isFalse();
        var reader = new SubgroupObjectReader(header, true);
        byte[] rest = new byte[bytes.remaining()];
        bytes.get(rest);
        reader.feed(rest, 0, rest.length);
        var objects = new ArrayList<Long>();
        SubgroupObjectReader.Entry entry;
        while ((entry = reader.next()) != null) {
            objects.add(entry.objectId());
            assertThat(entry.payload()).hasSize(100);
        }
        assertThat(objects).containsExactly(6L, 7L, 8L, 9L);
    }

    @Test
    void stopsAndResumesWithForward() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer subscriber = subscribed.subscriber();
        KwikPeer.Request request = subscribed.request();
        KwikPeer.Request upstream = subscribed.upstream();
        request.send(new RequestUpdate(2, Parameters.builder().forward(false).build()));
        assertThat(request.answer()).isInstanceOf(RequestOk.class);
        assertThat(upstream.answer()).isInstanceOfSatisfying(RequestUpdate.class, update -> assertThat(
                        update.parameters().forward())
                .isFalse());
        awaitLanes(1);
        publisher.sendDatagramOnce(object(1, 0));
        await().until(() -> relay.statistics().getOrDefault("received.datagrams", 0L) == 1);
        request.send(new RequestUpdate(4, Parameters.builder().forward(true).build()));
        assertThat(request.answer()).isInstanceOf(RequestOk.class);
        awaitLanes(1);
        publisher.sendDatagramOnce(object(1, 1));
        byte[] datagram = subscriber.datagrams.poll(5, TimeUnit.SECONDS);
        assertThat(datagram).isNotNull();
        assertThat(ObjectDatagram.decode(datagram).object()).isEqualTo(1);
    }

    @Test
    void startsWithTheNextGroup() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer early = subscribed.subscriber();
        publisher.sendDatagramOnce(object(6, 0));
        assertThat(early.datagrams.poll(5, TimeUnit.SECONDS)).isNotNull();
        KwikPeer late = peer(CHACHA);
        var next = late.request(subscribe(new SubscriptionFilter.NextGroupStart()));
        assertThat(next.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(2);
        publisher.sendDatagramOnce(object(6, 1));
        assertThat(early.datagrams.poll(5, TimeUnit.SECONDS)).isNotNull();
        publisher.sendDatagramOnce(object(7, 0));
        byte[] datagram = late.datagrams.poll(5, TimeUnit.SECONDS);
        assertThat(datagram).isNotNull();
        assertThat(ObjectDatagram.decode(datagram).group()).isEqualTo(7);
    }

    @Test
    void takesTracksThatArePublishedUnasked() throws Exception {
        KwikPeer publisher = peer(CHACHA);
        var offer = publisher.request(new Publish(0, TRACK, ALIAS, Parameters.EMPTY, TrackProperties.EMPTY));
        assertThat(offer.answer()).isInstanceOfSatisfying(RequestOk.class, ok -> assertThat(ok.parameters().forward())
                .isFalse());
        KwikPeer subscriber = peer(CHACHA);
        var request = subscriber.request(subscribe(null));
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        assertThat(offer.answer()).isInstanceOfSatisfying(RequestUpdate.class, update -> assertThat(
                        update.parameters().forward())
                .isTrue());
        awaitLanes(1);
        publisher.sendDatagramOnce(object(1, 0));
        assertThat(subscriber.datagrams.poll(5, TimeUnit.SECONDS)).isNotNull();
    }

    @Test
    void saysGoodbye() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer.Request request = subscribed.request();
        checkBooks();
        relay.close();
        assertThat(request.answer()).isInstanceOfSatisfying(PublishDone.class, done -> assertThat(done.status())
                .isEqualTo(PublishDoneStatus.GOING_AWAY.code()));
    }

    @Test
    void closesOnAMalformedObject() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer subscriber = subscribed.subscriber();
        publisher.sendDatagramOnce(new byte[] {0x22, 1, 1, 1, 1}); // status and end of group together
        await().until(() -> relay.statistics().get("protocol_violations") == 1);
        await().until(() -> relay.statistics().get("connections") == 1);
        assertThat(subscriber.datagrams).isEmpty();
    }

    @Test
    void closesOnATruncatedFrame() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer subscriber = subscribed.subscriber();
        publisher.sendFrame(new TruncatedStreamFrame());
        assertThat(publisher.closedWith.get(5, TimeUnit.SECONDS)).isEqualTo(FRAME_ENCODING_ERROR);
        await().until(() -> relay.statistics().get("connections") == 1);
        assertThat(relay.statistics().getOrDefault("kernel.malformed", 1L)).isEqualTo(1);
        assertThat(subscriber.streams.values()).allMatch(bytes -> bytes.length == 0 || (bytes[0] & 0x90) != 0x10);
    }

    /// RFC 9000 section 20.1.
    private static final long FRAME_ENCODING_ERROR = 0x07;

    @Test
    void leavesNothingBehind() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer publisher = subscribed.publisher();
        KwikPeer subscriber = subscribed.subscriber();
        publisher.sendStream(subgroup(1, 5, 500));
        await().until(() -> mediaStream(subscriber) != null);
        publisher.close();
        subscriber.close();
        await().untilAsserted(() -> {
            var statistics = relay.statistics();
            assertThat(statistics).containsEntry("connections", 0L).containsEntry("cache.bytes", 0L);
            assertThat(statistics).containsEntry("tracks", 0L).containsEntry("lanes", 0L);
            statistics.forEach((name, count) -> assertThat(name.startsWith("map.") ? count : 0)
                    .as(name)
                    .isZero());
        });
    }

    @Test
    void refusesWhatNobodyPublishes() throws Exception {
        ControlMessage answer = peer(CHACHA).request(subscribe(null)).answer();
        assertThat(answer).isInstanceOfSatisfying(RequestError.class, error -> assertThat(error.code())
                .isEqualTo(RequestErrorCode.DOES_NOT_EXIST.code()));
    }

    @Test
    void refusesASecondSubscriptionToTheSameTrack() throws Exception {
        KwikPeer publisher = publisher();
        KwikPeer subscriber = peer(CHACHA);
        subscriber.request(subscribe(null));
        acceptSubscribe(publisher);
        var again = subscriber.request(new Subscribe(2, TRACK, Parameters.EMPTY));
        assertThat(again.answer()).isInstanceOfSatisfying(RequestError.class, error -> assertThat(error.code())
                .isEqualTo(RequestErrorCode.DUPLICATE_SUBSCRIPTION.code()));
    }
}
