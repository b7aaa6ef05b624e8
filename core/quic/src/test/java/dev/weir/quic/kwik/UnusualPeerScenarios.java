// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import dev.weir.testkit.peer.RawFrame;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.TrackNamespace;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import tech.kwik.core.QuicClientConnection;

/// Peers that do what QUIC allows and few do, or what it forbids: the others get everything, whatever one of them does.
abstract class UnusualPeerScenarios extends RelayFixture {
    /// How often keys are updated, by each side; the figure is 200.
    static final int KEY_UPDATES = Integer.getInteger("weir.test.keyUpdates", 40);

    /// How often a peer replaces its connection IDs.
    static final int REPLACEMENTS = Integer.getInteger("weir.test.connectionIds", 60);

    /// RFC 9000 section 20.1.
    private static final long PROTOCOL_VIOLATION = 0x0a;

    /// Connects a peer that promises something else in its handshake.
    abstract KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception;

    /// Connects a peer with packets that overtake others on their way, in both directions.
    abstract KwikPeer connectReordered() throws Exception;

    private KwikPeer peer(KwikPeer peer) {
        peers.add(peer);
        return peer;
    }

    /// A publisher that publishes a stream and ten objects in datagrams a turn until it is told to stop.
    private static final class Load {
        private final AtomicBoolean stopped = new AtomicBoolean();
        private final AtomicReference<Exception> failure = new AtomicReference<>();
        private final List<byte[]> streams = new ArrayList<>();
        private final List<Long> datagrams = new ArrayList<>();
        private final Thread thread;

        Load(KwikPeer publisher, int objects, int size) {
            thread = Thread.ofVirtual().start(() -> {
                try {
                    for (long group = 1; !stopped.get(); group++) {
                        byte[] stream = subgroup(group, objects, size);
                        publisher.sendStream(stream);
                        streams.add(stream);
                        for (int i = 0; i < 10; i++) {
                            var object = new ObjectDatagram(
                                    ALIAS, group, 100 + i, 5, new byte[0], false, null, new byte[200]);
                            publisher.sendDatagramOnce(object.encode());
                            datagrams.add(group * 1000 + 100 + i);
                        }
                        Thread.sleep(10);
                    }
                } catch (IOException | InterruptedException e) {
                    failure.set(e);
                }
            });
        }

        /// Waits until there was something to lose.
        void awaitSent(int objects) {
            await().until(() -> datagrams.size() >= objects);
        }

        int published() {
            return datagrams.size();
        }

        /// Ends it.
        void finish() throws Exception {
            stopped.set(true);
            thread.join();
            if (failure.get() != null) {
                throw failure.get();
            }
        }

        /// Waits until a subscriber has every stream, byte for byte.
        void awaitStreams(KwikPeer subscriber) {
            var expected = streams.stream().map(Arrays::hashCode).sorted().toList();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(media(subscriber).stream()
                            .map(Arrays::hashCode)
                            .sorted()
                            .toList())
                    .isEqualTo(expected));
        }

        /// Waits until a subscriber that came later has the last streams, byte for byte.
        void awaitLastStreams(KwikPeer subscriber, int count) {
            var last = streams.subList(streams.size() - count, streams.size()).stream().map(Arrays::hashCode).toList();
            await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(
                    media(subscriber).stream().map(Arrays::hashCode).toList()).containsAll(last));
        }

        /// Waits until a subscriber has every object of the datagrams; more often than once is a failure.
        void awaitDatagrams(KwikPeer subscriber) {
            await().atMost(20, TimeUnit.SECONDS)
                    .until(() -> subscriber.datagrams.size() >= datagrams.size());
            assertThat(subscriber.datagrams.stream().map(ObjectDatagram::decode).map(d -> d.group() * 1000 + d.object()))
                    .doesNotHaveDuplicates()
                    .containsExactlyInAnyOrderElementsOf(datagrams);
        }
    }

    static List<byte[]> media(KwikPeer subscriber) {
        return subscriber.streams.values().stream()
                .filter(bytes -> bytes.length > 0 && (bytes[0] & 0x90) == 0x10)
                .toList();
    }

    private KwikPeer.Request subscribeAlso(KwikPeer subscriber, int lanes) throws Exception {
        KwikPeer.Request request = subscriber.request(subscribe(null));
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(lanes);
        return request;
    }

    @Test
    void losesNothingWhileSubscriberAndPublisherUpdateTheirKeys() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer other = peer(CHACHA);
        subscribeAlso(other, 2);
        var ofPublisher = new PeerControls(subscribed.publisher());
        var ofSubscriber = new PeerControls(subscribed.subscriber());
        var ofOther = new PeerControls(other);
        var load = new Load(subscribed.publisher(), 10, 900);
        for (int i = 0; i < KEY_UPDATES; i++) {
            ofPublisher.updateKeys();
            ofSubscriber.updateKeys();
            ofOther.updateKeys();
        }
        load.finish();
        load.awaitStreams(subscribed.subscriber());
        load.awaitStreams(other);
        load.awaitDatagrams(subscribed.subscriber());
        load.awaitDatagrams(other);
        assertThat(peers).noneMatch(peer -> peer.closedWith.isDone());
        assertThat(relay.statistics()).containsEntry("key_updates", 3L * KEY_UPDATES).containsEntry("connections", 3L);
        checkKernelOpened();
    }

    /// Looks at the counters after key updates: whether the kernel went on opening the publisher's packets.
    abstract void checkKernelOpened();

    @Test
    void losesNothingWhileReorderedPeersUpdateTheirKeys() throws Exception {
        KwikPeer publisher = peer(connectReordered());
        var announce = publisher.request(new PublishNamespace(
                0, TrackNamespace.parse("live"), Parameters.EMPTY));
        announce.answer();
        KwikPeer subscriber = peer(connectReordered());
        var request = subscriber.request(subscribe(null));
        acceptSubscribe(publisher);
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(1);
        var ofPublisher = new PeerControls(publisher);
        var ofSubscriber = new PeerControls(subscriber);
        var load = new Load(publisher, 10, 900);
        for (int i = 0; i < KEY_UPDATES; i++) {
            ofPublisher.updateKeys();
            ofSubscriber.updateKeys();
        }
        load.finish();
        load.awaitStreams(subscriber);
        load.awaitDatagrams(subscriber);
        assertThat(peers).noneMatch(peer -> peer.closedWith.isDone());
    }

    @Test
    void losesNothingWhileSubscriberAndPublisherReplaceTheirConnectionIds() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer other = peer(CHACHA);
        subscribeAlso(other, 2);
        var load = new Load(subscribed.publisher(), 10, 900);
        for (int i = 0; i < REPLACEMENTS; i++) {
            PeerControls.replaceOwnConnectionIds(subscribed.subscriber());
            PeerControls.moveToNextConnectionId(subscribed.publisher());
            PeerControls.replaceOwnConnectionIds(other);
            PeerControls.moveToNextConnectionId(other);
        }
        awaitCopies();
        load.finish();
        load.awaitStreams(subscribed.subscriber());
        load.awaitStreams(other);
        load.awaitDatagrams(subscribed.subscriber());
        load.awaitDatagrams(other);
        assertThat(peers).noneMatch(peer -> peer.closedWith.isDone());
    }

    /// Waits until whoever is to make copies makes some for every lane.
    abstract void awaitCopies();

    @Test
    void servesConnectionIdsOfEveryLength() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer without = peer(connect(builder -> builder.connectionIdLength(0)));
        subscribeAlso(without, 2);
        KwikPeer longest = peer(connect(builder -> builder.connectionIdLength(20)));
        subscribeAlso(longest, 3);
        var load = new Load(subscribed.publisher(), 5, 900);
        awaitCopies();
        for (int i = 0; i < REPLACEMENTS / 10; i++) {
            PeerControls.replaceOwnConnectionIds(longest);
        }
        awaitCopies();
        load.finish();
        assertThat(peers).noneMatch(peer -> peer.closedWith.isDone());
        for (KwikPeer subscriber : List.of(subscribed.subscriber(), without, longest)) {
            load.awaitStreams(subscriber);
            load.awaitDatagrams(subscriber);
        }
    }

    @Test
    void closesTheConnectionThatAcknowledgesWhatWasNeverSentAndNoOther() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer liar = peer(CHACHA);
        subscribeAlso(liar, 2);
        KwikPeer second = peer(CHACHA);
        subscribeAlso(second, 3);
        var load = new Load(subscribed.publisher(), 5, 900);
        liar.sendFrame(RawFrame.ack(0, 1L << 30));
        assertThat(liar.closedWith.get(5, TimeUnit.SECONDS)).isEqualTo(PROTOCOL_VIOLATION);
        await().until(() -> relay.statistics().getOrDefault("skipped.random", 0L) >= 4);
        second.sendFrame(RawFrame.ack(0, 600)); // nothing of it is above the largest, but one number was left out
        assertThat(second.closedWith.get(5, TimeUnit.SECONDS)).isEqualTo(PROTOCOL_VIOLATION);
        load.finish();
        load.awaitStreams(subscribed.subscriber());
        load.awaitDatagrams(subscribed.subscriber());
        assertThat(subscribed.publisher().closedWith).isNotDone();
        assertThat(relay.statistics()).containsEntry("protocol_violations", 2L).containsEntry("connections", 2L);
    }

    @Test
    void servesOthersBesideOneThatWantsNoStreamAtAll() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer refusing = peer(CHACHA);
        subscribeAlso(refusing, 2);
        var load = new Load(subscribed.publisher(), 10, 900);
        for (int i = 0; i < 100_000; i++) {
            refusing.sendFrame(RawFrame.stopSending(4L * (i % 100) + 3 + 4));
            if (i % 500 == 0) {
                Thread.sleep(1);
            }
        }
        load.finish();
        load.awaitStreams(subscribed.subscriber());
        load.awaitDatagrams(subscribed.subscriber());
    }

    @Test
    void opensStreamsAsSoonAsTheyAreAllowed() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer waiting = peer(connect(builder -> builder.maxOpenPeerInitiatedUnidirectionalStreams(0)));
        KwikPeer.Request request = waiting.request(subscribe(null));
        var load = new Load(subscribed.publisher(), 5, 900);
        load.awaitSent(50);
        assertThat(request.messages).isEmpty();
        PeerHabits.allowUnidirectionalStreams(waiting, 1); // the control stream
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(2);
        int missed = load.published();
        load.awaitSent(missed + 100);
        load.finish();
        load.awaitStreams(subscribed.subscriber());
        assertThat(media(waiting)).isEmpty();
        assertThat(relay.statistics().get("blocked.stream_limit")).isPositive();
        PeerHabits.allowUnidirectionalStreams(waiting, 1000);
        load.awaitLastStreams(waiting, (load.published() - missed) / 10 - 1);
        assertThat(waiting.brokenStreams).isEmpty();
    }

    @Test
    void keepsNothingOfPeersThatAllowedNoStreamUntilTheirEnd() throws Exception {
        Subscribed subscribed = subscribed();
        long before = connectionsAlive();
        KwikPeer publisher = connect(builder -> builder.maxOpenPeerInitiatedBidirectionalStreams(0)); // the relay cannot ask it
        publisher.request(new PublishNamespace(0, TrackNamespace.parse("mute"), Parameters.EMPTY)).answer();
        KwikPeer asking = connect(builder -> {});
        asking.request(new Subscribe(0, FullTrackName.of("mute/cam1", "video"), Parameters.EMPTY));
        KwikPeer without = connect(builder -> builder.maxOpenPeerInitiatedUnidirectionalStreams(0));
        without.request(subscribe(null));
        await().until(() -> relay.statistics().get("connections.accepted") == 5 && relay.statistics().get("tracks") == 2);
        assertThat(connectionsAlive()).isEqualTo(before + 3);
        without.close();
        asking.close();
        publisher.close();
        await().until(() -> relay.statistics().get("connections.closed") == 3);
        await().atMost(30, TimeUnit.SECONDS).untilAsserted(() -> assertThat(connectionsAlive()).isEqualTo(before));
        assertThat(subscribed.subscriber().closedWith).isNotDone();
    }

    private static long connectionsAlive() {
        return LiveObjects.byClass().getOrDefault(RelayConnection.class.getName(), 0L);
    }
}
