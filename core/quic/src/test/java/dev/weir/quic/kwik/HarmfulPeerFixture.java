// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.engine.RelayOptions;
import dev.weir.engine.view.LaneStatus;
import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import java.time.Duration;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import tech.kwik.core.QuicClientConnection;
import tech.kwik.core.QuicConstants.TransportErrorCode;

/// A relay whose books balance after every scenario, and which keeps nothing when everybody has gone.
abstract class HarmfulPeerFixture extends RelayFixture {
    static final int FLOOD = Integer.getInteger("weir.test.flood", 100_000);

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

    static void awaitEverything(PublisherLoad load, KwikPeer... subscribers) {
        for (KwikPeer subscriber : subscribers) {
            load.awaitStreams(subscriber);
            load.awaitDatagrams(subscriber);
        }
    }

    interface Flood {
        /// Sends as many frames as it should.
        void from(KwikPeer offender) throws Exception;
    }

    /// Others have everything, the relay keeps nothing of a flood.
    ///
    /// @param most objects of one class that may be alive afterwards
    void survives(int most, Flood flood, KwikPeer... offenders) throws Exception {
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

    static TransportErrorCode closed(KwikPeer offender) throws Exception {
        return TransportErrorCode.fromValue(offender.closedWith.get(60, TimeUnit.SECONDS));
    }
}
