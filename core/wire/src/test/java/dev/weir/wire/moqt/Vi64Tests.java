// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import static dev.weir.wire.moqt.Vectors.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class Vi64Tests {
    static List<String[]> vectors() {
        return Vectors.lines("vi64-vectors.tsv");
    }

    @Test
    void noVectorIsLost() {
        assertThat(vectors()).hasSize(18);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void vectorsAreRead(String kind, String value, String encoded) {
        ByteBuffer in = ByteBuffer.wrap(hex(encoded + "aa"));

        assertThat(Long.toUnsignedString(Vi64.decode(in))).isEqualTo(value);
        assertThat(in.remaining()).isEqualTo(1);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void minimalVectorsAreWritten(String kind, String value, String encoded) {
        long number = Long.parseUnsignedLong(value);
        if (kind.equals("minimal")) {
            assertThat(hex(Vi64.encode(number))).isEqualTo(encoded);
        }
        assertThat(hex(Vi64.encode(number, encoded.length() / 2))).isEqualTo(encoded);
    }

    @ParameterizedTest
    @MethodSource("vectors")
    void cutOffEverywhereIsIncomplete(String kind, String value, String encoded) {
        byte[] bytes = hex(encoded);
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer in = ByteBuffer.wrap(bytes, 0, length);

            assertThat(Vi64.isComplete(in)).isFalse();
            assertThatExceptionOfType(MoqtException.class).isThrownBy(() -> Vi64.decode(in));
        }
        assertThat(Vi64.isComplete(ByteBuffer.wrap(bytes))).isTrue();
    }

    /// An alias that is overwritten in place keeps its length, whatever it is.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "07", "8007", "c00007", "e0000007", "f000000007", "f80000000007", "fc000000000007", "fe00000000000007",
                "ff0000000000000007"
            })
    void sevenHasNineEncodings(String encoded) {
        assertThat(Vi64.decode(ByteBuffer.wrap(hex(encoded)))).isEqualTo(7);
        assertThat(hex(Vi64.encode(7, encoded.length() / 2))).isEqualTo(encoded);
    }

    @ParameterizedTest
    @CsvSource({
        "0,1", "127,1", "128,2", "16383,2", "16384,3", "2097151,3", "2097152,4", "268435455,4", "268435456,5",
        "34359738367,5", "34359738368,6", "4398046511103,6", "4398046511104,7", "562949953421311,7",
        "562949953421312,8", "72057594037927935,8", "72057594037927936,9", "18446744073709551615,9"
    })
    void sizeIsTheSmallestThatHolds(String value, int size) {
        assertThat(Vi64.size(Long.parseUnsignedLong(value))).isEqualTo(size);
    }

    @Test
    void sizesThatDoNotHoldAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Vi64.encode(128, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> Vi64.encode(-1L, 8));
        assertThatIllegalArgumentException().isThrownBy(() -> Vi64.encode(0, 10));
        assertThatIllegalArgumentException().isThrownBy(() -> Vi64.encode(0, 0));
    }

    @Test
    void randomNumbersComeBackFromEveryEncoding() {
        var random = new Random(18);
        for (int i = 0; i < 10_000; i++) {
            long value = random.nextLong() >>> random.nextInt(64);
            for (int size = Vi64.size(value); size <= Vi64.MAX_SIZE; size++) {
                byte[] bytes = Vi64.encode(value, size);

                assertThat(bytes).hasSize(size);
                assertThat(Vi64.encodedSize(bytes[0])).isEqualTo(size);
                assertThat(Vi64.decode(ByteBuffer.wrap(bytes))).isEqualTo(value);
            }
        }
    }
}
