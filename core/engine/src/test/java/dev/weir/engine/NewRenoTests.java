// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// How the window grows and shrinks (RFC 9002 section 7).
class NewRenoTests {
    private static final long PACKET = NewReno.PACKET;
    private final NewReno congestion = new NewReno(10 * PACKET);

    @Test
    void growsByWhatIsAcknowledgedUntilTheFirstLoss() {
        congestion.acknowledged(3 * PACKET, 5, 8 * PACKET);
        assertThat(congestion.window()).isEqualTo(13 * PACKET);
    }

    @Test
    void growsWhenWholeDatagramsLeaveRoomInTheWindow() {
        congestion.acknowledged(PACKET, 5, 9 * PACKET); // Kwik's own waits for the last four bytes
        assertThat(congestion.window()).isGreaterThan(10 * PACKET);
    }

    @Test
    void staysWhenTheApplicationHasNoMoreToSend() {
        congestion.acknowledged(PACKET, 5, 4 * PACKET);
        assertThat(congestion.window()).isEqualTo(10 * PACKET);
    }

    @Test
    void halvesOnceForAllLossesOfARoundTrip() {
        congestion.lost(5, 10);
        assertThat(congestion.window()).isEqualTo(5 * PACKET);
        congestion.lost(8, 12);
        assertThat(congestion.window()).isEqualTo(5 * PACKET);
        congestion.lost(11, 20);
        assertThat(congestion.window()).isEqualTo(5 * PACKET / 2);
    }

    @Test
    void growsByAPacketInARoundTripAfterALoss() {
        congestion.lost(5, 10);
        for (int i = 0; i < 5; i++) {
            congestion.acknowledged(PACKET, 11, 5 * PACKET);
        }
        assertThat(congestion.window()).isBetween(5 * PACKET + PACKET * 9 / 10, 6 * PACKET);
    }

    @Test
    void neverFallsBelowTwoPackets() {
        for (int i = 1; i < 100; i++) {
            congestion.lost(10L * i, 10L * i + 5);
        }
        assertThat(congestion.window()).isEqualTo(2 * PACKET);
    }
}
