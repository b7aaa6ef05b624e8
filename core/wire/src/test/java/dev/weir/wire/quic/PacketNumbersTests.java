// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PacketNumbersTests {
    /// RFC 9000 appendix A.2.
    @Test
    void lengthsOfTheRfc() {
        assertThat(PacketNumbers.encodedLength(0xac5c02, 0xabe8b3)).isEqualTo(2);
        assertThat(PacketNumbers.encodedLength(0xace8fe, 0xabe8b3)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "0,-1,1", "127,-1,1", "128,-1,2", "129,0,2", "128,0,1", "32767,-1,2", "32768,-1,3", "8388607,-1,3",
        "8388608,-1,4", "2147483647,-1,4"
    })
    void lengthCoversTwiceTheNumbersInDoubt(long packetNumber, long acknowledged, int length) {
        assertThat(PacketNumbers.encodedLength(packetNumber, acknowledged)).isEqualTo(length);
    }

    /// RFC 9000 appendix A.3.
    @Test
    void packetNumberOfTheRfc() {
        assertThat(PacketNumbers.decode(0xa82f30eaL, 0x9b32, 2)).isEqualTo(0xa82f9b32L);
    }

    @ParameterizedTest
    @CsvSource({
        "-1, 0, 1, 0",
        "-1, 255, 1, 255",
        "-1, 4294967295, 4, 4294967295",
        "126, 255, 1, 255",
        "127, 0, 1, 256",
        "255, 255, 1, 255",
        "256, 130, 1, 130",
        "256, 129, 1, 385",
        "384, 1, 1, 513",
        "384, 2, 1, 258",
        "4611686018427387902, 255, 1, 4611686018427387903",
        "4611686018427387902, 0, 1, 4611686018427387648",
    })
    void nearestToTheExpectedNumber(long largest, long truncated, int length, long packetNumber) {
        assertThat(PacketNumbers.decode(largest, truncated, length)).isEqualTo(packetNumber);
    }

    @Test
    void everyNumberSentWithItsLengthIsUnderstood() {
        var random = new Random(17);
        for (int i = 0; i < 100_000; i++) {
            long acknowledged = (random.nextLong() >>> 2 + random.nextInt(61)) - 1;
            long packetNumber = acknowledged + 1 + (random.nextInt() >>> 1 + random.nextInt(30));
            if (packetNumber > QuicVarint.MAX) {
                continue;
            }
            // The receiver has opened anything between what it acknowledged and what comes just before.
            long largest = acknowledged + random.nextLong(packetNumber - acknowledged);
            int length = PacketNumbers.encodedLength(packetNumber, acknowledged);

            assertThat(PacketNumbers.decode(largest, PacketNumbers.truncate(packetNumber, length), length))
                    .isEqualTo(packetNumber);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5, -1})
    void impossibleLengthsAreRefused(int length) {
        assertThatIllegalArgumentException().isThrownBy(() -> PacketNumbers.decode(0, 0, length));
        assertThatIllegalArgumentException().isThrownBy(() -> PacketNumbers.truncate(0, length));
    }

    @Test
    void numbersThatCannotBeSentAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> PacketNumbers.encodedLength(5, 5));
        assertThatIllegalArgumentException().isThrownBy(() -> PacketNumbers.encodedLength(1L << 32, -1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PacketNumbers.encodedLength(QuicVarint.MAX + 1, QuicVarint.MAX));
    }
}
