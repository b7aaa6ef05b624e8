// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.CongestionControl;
import dev.weir.engine.NewReno;
import dev.weir.engine.view.LaneStatus;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import dev.weir.testkit.peer.RawFrame;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Parameters;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tech.kwik.core.QuicConstants.TransportErrorCode;

/// Subscribers that give no credit, acknowledge nothing or want no stream: they harm nobody else, and cost the relay no more than their
/// share.
abstract class HarmfulPeerScenarios extends FloodScenarios {
    /// Groups that are published beside the harmful peer.
    private static final int GROUPS = Integer.getInteger("weir.test.harmfulGroups", 60);

    private static final int CACHE_BYTES = 1 << 20;

    /// Memory is flat: of no class is there one more for every other packet of the load, let alone one for each.
    ///
    /// @param middle what was alive in the middle of the load
    /// @param packets of the load since then
    private static void assertMemoryFlat(Map<String, Long> middle, int packets) {
        await().untilAsserted(() -> assertThat(LiveObjects.byClass()).allSatisfy((type, count) ->
                assertThat(count - middle.getOrDefault(type, 0L)).as(type).isLessThan(packets / 2)));
    }

    @Test
    void sendsNoByteOfStreamsWithoutCreditAndEverythingWithIt() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer without = peer(PeerHabits.connectionCredit(20_000)); // for control and request streams
        subscribeAlso(without, 2);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 10).goOn(GROUPS / 2)) {
            load.finish();
            awaitEverything(load, subscribed.subscriber());
            load.awaitDatagrams(without); // for which no credit is needed
            assertThat(PublisherLoad.media(without)).isEmpty();
            assertThat(without.brokenStreams).isEmpty();
            assertThat(relay.statistics().get("blocked.connection_data")).isPositive();
            without.sendFrame(new RawFrame(0x10, 100_000_000)); // MAX_DATA (RFC 9000 section 19.9)
            load.awaitStreams(without);
        }
    }

    @Test
    void answersNobodyWithoutAnyCredit() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer without = peer(PeerHabits.connectionCredit(0));
        KwikPeer.Request request = without.request(subscribe(null));
        await().until(() -> relay.statistics().get("subscriptions") == 2);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 10).goOn(GROUPS / 2)) {
            load.finish();
            awaitEverything(load, subscribed.subscriber());
        }
        assertThat(request.messages).isEmpty();
        assertThat(without.streams).isEmpty();
        assertThat(without.datagrams).isEmpty();
        assertThat(relay.statistics()).containsEntry("subscriptions.active", 1L);
    }

    @Test
    void putsOutWhoAsksAndAsksAndReadsNoAnswer() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer deaf = peer(PeerHabits.connectionCredit(0));
        KwikPeer.Request request = deaf.request(subscribe(null));
        Thread asking = Thread.ofPlatform().daemon().start(() -> ask(deaf, request));
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 10).goOn(GROUPS / 2)) {
            await().until(() -> relay.statistics().get("connections") == 2);
            load.goOn(5).finish();
            awaitEverything(load, subscribed.subscriber());
        }
        asking.join();
    }

    private static void ask(KwikPeer peer, KwikPeer.Request request) {
        try {
            for (long id = 2; !peer.connection.isConnected() || id < 200_000; id += 2) {
                request.send(new RequestUpdate(id, Parameters.builder().forward(true).build()));
            }
        } catch (IOException e) {
            // put out: what was to be seen
        }
    }

    @Test
    void keepsNoMoreThanItsShareForWhoAcknowledgesNothing() throws Exception {
        restart(options -> options.withCacheBytes(CACHE_BYTES));
        Subscribed subscribed = subscribed();
        KwikPeer silent = peer(CHACHA);
        subscribeAlso(silent, 2);
        PeerHabits.acknowledgeNothing(silent);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 30).goOn(GROUPS / 2)) {
            Map<String, Long> middle = LiveObjects.byClass();
            load.goOn(GROUPS / 2).finish();
            assertMemoryFlat(middle, GROUPS / 2 * 30);
            awaitEverything(load, subscribed.subscriber());
            LaneStatus lane = latestLane();
            assertThat(lane.bytesInFlight()).isLessThan(lane.congestionWindow() + 64 * 1252); // beyond it there are probes only
            assertThat(lane.congestionWindow()).isLessThanOrEqualTo(256 * 1252);
            assertThat(relay.statistics().get("cache.bytes")).isLessThan(2 * CACHE_BYTES);
            assertThat(relay.statistics().get("dropped.cache_evicted")).isPositive();
            assertThat(subscribed.subscriber().brokenStreams).isEmpty();
        }
    }

    @Test
    void closesWhoUpdatesItsKeysAllTheTime() throws Exception {
        subscribed();
        KwikPeer offender = peer(CHACHA);
        subscribeAlso(offender, 2);
        survives(
                FLOOD / 10,
                peer -> {
                    var keys = new PeerControls(peer);
                    while (!peer.closedWith.isDone()) {
                        keys.updateKeysUnless(peer.closedWith::isDone);
                    }
                    assertThat(closed(peer)).isEqualTo(TransportErrorCode.KEY_UPDATE_ERROR);
                },
                offender);
        assertThat(relay.statistics()).containsEntry("connections", 2L);
    }

    /// Streams of an alias that the offender never announced, many times what the cache holds.
    private static final int UNASKED = Integer.getInteger("weir.test.unaskedStreams", 1_500);

    @Test
    void pushesNothingOutForStreamsThatNobodyAskedFor() throws Exception {
        restart(options -> options.withCacheBytes(CACHE_BYTES));
        Subscribed subscribed = subscribed();
        KwikPeer offender = peer(CHACHA);
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 5).goOn(3)) {
            for (int i = 0; i < UNASKED; i++) {
                offender.sendStream(subgroup(i, 1, 10));
            }
            load.goOn(3).finish();
            awaitEverything(load, subscribed.subscriber());
            await().until(() -> relay.statistics().getOrDefault("dropped.unknown_alias", 0L) > UNASKED / 2);
            assertThat(relay.statistics()).doesNotContainKey("dropped.cache_evicted");
            assertThat(relay.statistics().get("cache.bytes")).isLessThan(2 * CACHE_BYTES);
            assertThat(subscribed.subscriber().brokenStreams).isEmpty();
        }
    }

    @Test
    void endsEveryStreamForWhoWantsNone() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer refusing = peer(CHACHA);
        subscribeAlso(refusing, 2);
        refusing.connection.setPeerInitiatedStreamCallback(stream -> stream.abortReading(7));
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 20).goOn(GROUPS / 2)) {
            Map<String, Long> middle = LiveObjects.byClass();
            load.goOn(GROUPS / 2).finish();
            assertMemoryFlat(middle, GROUPS / 2 * 20);
            awaitEverything(load, subscribed.subscriber());
            load.awaitDatagrams(refusing);
            assertThat(relay.statistics().get("dropped.stop_sending")).isPositive();
            assertThat(subscribed.subscriber().brokenStreams).isEmpty();
        }
    }

    /// One window for what kernel and user space send: a controller that never lets more than this be in flight.
    private record FixedWindow(long window) implements CongestionControl {
        @Override
        public void acknowledged(long bytes, long sentNanos, long inFlightBefore) {}

        @Override
        public void lost(long sentNanos, long nowNanos) {}
    }

    @Test
    void obeysAnotherCongestionController() throws Exception {
        long window = 12 * 1252;
        restart(options -> options.withCongestion(() -> new FixedWindow(window)));
        Subscribed subscribed = subscribed();
        KwikPeer silent = peer(CHACHA);
        subscribeAlso(silent, 2);
        PeerHabits.acknowledgeNothing(silent);
        long before = latestLane().sentBytes();
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 20).goOn(GROUPS / 2)) {
            load.finish();
            awaitEverything(load, subscribed.subscriber());
            LaneStatus lane = latestLane();
            assertThat(lane.congestionWindow()).isEqualTo(window);
            assertThat(lane.sentBytes() - before).isGreaterThan(window / 2).isLessThan(2 * window);
        }
    }

    @Test
    void growsItsWindowUnderDatagramTraffic() throws Exception {
        long window = 4 * 1252;
        restart(options -> options.withCongestion(() -> new NewReno(window)));
        Subscribed subscribed = subscribed();
        long after = latestLane().congestionWindow(); // the handshake may have used it
        long[] sent = {0};
        await().pollInterval(Duration.ofMillis(1)).until(() -> {
            for (int i = 0; i < 20; i++) {
                subscribed.publisher().sendDatagramOnce(new ObjectDatagram(
                        ALIAS, 1, sent[0]++, 5, new byte[0], false, null, new byte[1000]).encode());
            }
            await().until(() -> subscribed.subscriber().datagrams.size() >= sent[0]);
            return latestLane().congestionWindow() > after + window;
        });
    }

    @Test
    void forgetsSubscriptionsThatComeAndGo() throws Exception {
        Subscribed subscribed = subscribed();
        KwikPeer fickle = peer(CHACHA);
        int cycles = Integer.getInteger("weir.test.subscriptionCycles", 20);
        Map<String, Long> before = LiveObjects.byClass();
        try (var load = new PublisherLoad(subscribed.publisher(), subscribed.subscriber(), 5)) {
            for (int i = 0; i < cycles; i++) {
                KwikPeer.Request request = fickle.request(new Subscribe(2L * i, TRACK, Parameters.EMPTY));
                assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
                request.cancel();
                await().pollInterval(Duration.ofMillis(1)).until(() -> relay.counts().get("subscriptions") == 1);
            }
            load.finish();
            awaitEverything(load, subscribed.subscriber());
            // What is cached of the load comes and goes; what every cycle leaves shows in the long form.
            await().until(() -> LiveObjects.byClass().entrySet().stream()
                    .allMatch(type -> type.getValue() - before.getOrDefault(type.getKey(), 0L) < 100 + cycles / 2));
        }
    }
}
