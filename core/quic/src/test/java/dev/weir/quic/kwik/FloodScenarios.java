// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import java.util.function.LongFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tech.kwik.core.QuicConstants.TransportErrorCode;

/// Peers that send many frames which each cost the relay something: it puts out who breaks a rule, and keeps nothing of the rest.
abstract class FloodScenarios extends HarmfulPeerFixture {
    /// Kwik acknowledges every other packet, and remembers each of these ACKs until it is acknowledged.
    private static final int PACKETS = 3_000;

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
