// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.CongestionControl;
import dev.weir.engine.NewReno;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.view.LaneStatus;
import dev.weir.testkit.DevelopmentCertificate;
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
import java.util.Comparator;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConstants.TransportErrorCode;

/// Subscribers that give no credit, acknowledge nothing or want no stream: they harm nobody else, and cost the relay no more than their
/// share. Every scenario ends with the relay's books and with what is left when everybody has gone.
abstract class HarmfulPeerScenarios extends RelayFixture {
    /// Groups that are published beside the harmful peer.
    private static final int GROUPS = Integer.getInteger("weir.test.harmfulGroups", 60);

    private static final int CACHE_BYTES = 1 << 20;

    abstract RelayServer startRelay(DevelopmentCertificate certificate, UnaryOperator<RelayOptions> changed) throws Exception;

    abstract KwikPeer connect(Consumer<QuicClientConnection.Builder> habits) throws Exception;

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return startRelay(certificate, options -> options);
    }

    @BeforeAll
    static void bePatient() {
        Awaitility.setDefaultTimeout(Duration.ofSeconds(60));
    }

    @AfterAll
    static void beAsUsual() {
        Awaitility.reset();
    }

    /// What the others have, and what the harmful peer has cost, is looked at in the scenario; this is the rest.
    @AfterEach
    void booksBalanceAndNothingIsLeft() {
        await().untilAsserted(() -> {
            var audit = relay.audit();
            assertThat(audit.isBalanced()).as("%s", audit.sums()).isTrue();
        });
        peers.forEach(KwikPeer::close);
        await().untilAsserted(() -> {
            var statistics = relay.statistics();
            assertThat(statistics).containsEntry("connections", 0L).containsEntry("cache.bytes", 0L);
            assertThat(statistics).containsEntry("tracks", 0L).containsEntry("lanes", 0L);
            statistics.forEach((name, count) -> assertThat(name.startsWith("map.") ? count : 0).as(name).isZero());
        });
    }

    void restart(UnaryOperator<RelayOptions> changed) throws Exception {
        relay.close();
        relay = startRelay(DevelopmentCertificate.create(), changed);
    }

    KwikPeer peer(Consumer<QuicClientConnection.Builder> habits) throws Exception {
        KwikPeer peer = connect(habits);
        peers.add(peer);
        return peer;
    }

    KwikPeer.Request subscribeAlso(KwikPeer subscriber, int lanes) throws Exception {
        KwikPeer.Request request = subscriber.request(subscribe(null));
        assertThat(request.answer()).isInstanceOf(SubscribeOk.class);
        awaitLanes(lanes);
        return request;
    }

    /// The connection that was made last.
    LaneStatus latestLane() {
        return relay.views().lanes().stream().max(Comparator.comparingInt(LaneStatus::id)).orElseThrow();
    }

    /// Memory is flat: of no class is there one more for every other packet of the load, let alone one for each.
    ///
    /// @param middle what was alive in the middle of the load
    /// @param packets of the load since then
    private static void assertMemoryFlat(Map<String, Long> middle, int packets) {
        await().untilAsserted(() -> assertThat(LiveObjects.byClass()).allSatisfy((type, count) ->
                assertThat(count - middle.getOrDefault(type, 0L)).as(type).isLessThan(packets / 2)));
    }

    private static void awaitEverything(PublisherLoad load, KwikPeer... subscribers) {
        for (KwikPeer subscriber : subscribers) {
            load.awaitStreams(subscriber);
            load.awaitDatagrams(subscriber);
        }
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

    private static final int FLOOD = Integer.getInteger("weir.test.flood", 100_000);

    /// Kwik acknowledges every other packet, and remembers each of these ACKs until it is acknowledged.
    private static final int PACKETS = 3_000;

    private interface Flood {
        /// Sends as many frames as it should.
        void from(KwikPeer offender) throws Exception;
    }

    /// Others have everything, the relay keeps nothing of a flood.
    ///
    /// @param most objects of one class that may be alive afterwards
    private void survives(int most, Flood flood, KwikPeer... offenders) throws Exception {
        KwikPeer publisher = peers.get(0);
        KwikPeer subscriber = peers.get(1);
        try (var load = new PublisherLoad(publisher, subscriber, 5).goOn(3)) {
            for (KwikPeer offender : offenders) {
                flood.from(offender);
            }
            load.goOn(3).finish();
            awaitEverything(load, subscriber);
        }
        await().untilAsserted(() -> assertThat(LiveObjects.byClass())
                .allSatisfy((type, count) -> assertThat(count).as(type).isLessThan(most)));
    }

    @Test
    void closesWhoSpeaksOfStreamsThatWereNeverOpened() throws Exception {
        subscribed();
        KwikPeer stopping = peer(CHACHA);
        KwikPeer allowing = peer(CHACHA);
        survives(
                FLOOD / 10,
                offender -> {
                    long type = offender == stopping ? 0x05 : 0x11; // STOP_SENDING, MAX_STREAM_DATA: both stream, integer
                    FrameTrain.send(offender, FLOOD, i -> new long[] {type, 4_000_003 + 4 * i, 1});
                    assertThat(closed(offender)).isEqualTo(TransportErrorCode.STREAM_STATE_ERROR);
                },
                stopping,
                allowing);
        assertThat(relay.statistics()).containsEntry("connections", 2L);
    }

    private static TransportErrorCode closed(KwikPeer offender) throws Exception {
        return TransportErrorCode.fromValue(offender.closedWith.get(60, TimeUnit.SECONDS));
    }

    /// NEW_CONNECTION_ID (RFC 9000 section 19.15) with an ID of eight bytes and a token of sixteen.
    private static long[] newConnectionId(long number, long retirePriorTo) {
        return new long[] {0x18, number, retirePriorTo, 8, (1L << 40) + number, 1L << 40, number + (1L << 40)};
    }

    static Stream<Arguments> connectionIdFloods() {
        LongFunction<long[]> tooMany = i -> newConnectionId(i + 1, 0);
        LongFunction<long[]> replaced = i -> newConnectionId(i + 1, i + 1);
        LongFunction<long[]> overtaken = i -> i == 0 ? newConnectionId(FLOOD, FLOOD) : newConnectionId(FLOOD - i, 0);
        LongFunction<long[]> retired = i -> new long[] {0x19, i + 1};
        return Stream.of(
                Arguments.of(Named.of("more than may be active", tooMany)),
                Arguments.of(Named.of("each in the place of the one before", replaced)),
                Arguments.of(Named.of("retired before they come", overtaken)),
                Arguments.of(Named.of("the relay's, for which it issues new ones", retired)));
    }

    @ParameterizedTest
    @MethodSource("connectionIdFloods")
    void closesWhoFloodsItWithConnectionIds(LongFunction<long[]> frames) throws Exception {
        subscribed();
        survives(
                FLOOD / 10,
                offender -> {
                    PeerHabits.ignoreConnectionIds(offender);
                    FrameTrain.send(offender, FLOOD, frames);
                    assertThat(closed(offender)).isEqualTo(TransportErrorCode.CONNECTION_ID_LIMIT_ERROR);
                },
                peer(CHACHA));
        assertThat(relay.statistics()).containsEntry("connections", 2L);
    }

    @Test
    void closesWhoRetiresConnectionIdsThatWereNeverIssued() throws Exception {
        subscribed();
        survives(
                FLOOD / 10,
                offender -> {
                    FrameTrain.send(offender, FLOOD, i -> new long[] {0x19, 1000 + i});
                    assertThat(closed(offender)).isEqualTo(TransportErrorCode.PROTOCOL_VIOLATION);
                },
                peer(CHACHA));
        assertThat(relay.statistics()).containsEntry("connections", 2L);
    }

    @Test
    void answersChallengesNoFasterThanTheAnswersAreAcknowledged() throws Exception {
        subscribed();
        KwikPeer honest = peer(CHACHA);
        KwikPeer silent = peer(CHACHA);
        PeerHabits.acknowledgeNothing(silent);
        survives(
                FLOOD / 2, // a silent peer's window has room for 35,000 answers
                offender -> {
                    FrameTrain.send(offender, FLOOD, i -> new long[] {0x1a, (1L << 40) + i}); // PATH_CHALLENGE: eight bytes
                    await().until(() -> PeerHabits.isAllSent(offender));
                },
                honest,
                silent);
        assertThat(relay.statistics()).containsEntry("protocol_violations", 0L);
    }

    @Test
    void remembersFewPacketsOfWhoAcknowledgesNothingAndLeavesNumbersOut() throws Exception {
        subscribed();
        KwikPeer silent = peer(CHACHA);
        PeerHabits.acknowledgeNothing(silent);
        long[] paddedPing = new long[1050]; // the type of PADDING is 0
        paddedPing[0] = 0x01;
        survives(
                FLOOD / 2,
                offender -> {
                    for (int i = 0; i < PACKETS; i++) {
                        FrameTrain.send(offender, 1, _ -> paddedPing);
                        PeerHabits.skipPacketNumber(offender);
                    }
                    await().until(() -> PeerHabits.isAllSent(offender));
                },
                silent);
        await().untilAsserted(() -> assertThat(LiveObjects.byClass().getOrDefault("tech.kwik.core.frame.AckFrame", 0L))
                .isLessThan(PACKETS / 3));
    }

}
