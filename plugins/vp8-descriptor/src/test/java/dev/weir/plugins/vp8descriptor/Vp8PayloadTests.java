// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FrameContent;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class Vp8PayloadTests {
    private static @Nullable FrameContent parse(String hex) {
        return Vp8Payload.parse(ByteBuffer.wrap(HexFormat.of().parseHex(hex)), 0);
    }

    /// The cases of RFC 7741 section 4.6: key frame with a PictureID; interframe without one; partitions and fragments; 15-bit
    /// PictureID.
    @ParameterizedTest
    @CsvSource({
        "908011 10, 0, true, 17",
        "10 11, 0, false, -1",
        "908011 11, 0, false, 17",
        "818011, 0, false, 17",
        "808011, 0, false, 17",
        "9080 9267 10, 0, true, 4711"
    })
    void examplesOfTheRfc(String hex, int layer, boolean independent, long picture) {
        assertThat(parse(hex.replace(" ", ""))).isEqualTo(new FrameContent(layer, independent, picture));
    }

    @ParameterizedTest
    @CsvSource({
        // T: TID 0 to 3, with Y and KEYIDX set
        "9020 3f 10, 0, true, -1", "9020 7f 11, 1, false, -1", "9020 bf 11, 2, false, -1", "9020 ff 11, 3, false, -1",
        // K alone: the byte is there, its TID means nothing
        "9010 ff 11, 0, false, -1",
        // I, L, T, K with both lengths of the PictureID
        "90f0 7f aa 40 10, 1, true, 127", "90f0 ffff aa 40 10, 1, true, 32767", "90f0 8000 aa 40 10, 1, true, 0",
        // N: nothing refers to the frame, but a TID says more
        "30 11, 1, false, -1", "b020 80 11, 2, false, -1", "b020 00 11, 0, false, -1",
        // a key frame begins in partition 0 only
        "17 10, 0, false, -1", "00 10, 0, false, -1",
        // reserved bits are ignored
        "d8 0f 10, 0, true, -1"
    })
    void optionalBytes(String hex, int layer, boolean independent, long picture) {
        assertThat(parse(hex.replace(" ", ""))).isEqualTo(new FrameContent(layer, independent, picture));
    }

    /// Every proper beginning of payloads that need all their bytes.
    @ParameterizedTest
    @ValueSource(strings = {"90f0ffffaa4010", "90f07faa4010", "9010ff10", "90801110", "1010", "8040aa", "8020ff"})
    void payloadThatEndsTooSoonIsNotKnown(String hex) {
        assertThat(parse(hex)).isNotNull();
        for (int length = 0; length < hex.length() / 2; length++) {
            assertThat(parse(hex.substring(0, 2 * length))).as("%d bytes", length).isNull();
        }
    }

    @Test
    void anyBytesAreRead() {
        var random = new Random(7741);
        for (int round = 0; round < 100_000; round++) {
            byte[] bytes = new byte[random.nextInt(9)];
            random.nextBytes(bytes);
            FrameContent content = Vp8Payload.parse(ByteBuffer.wrap(bytes), 0);
            assertThat(content == null || content.layer() <= 3 && content.picture() <= 0x7fff).isTrue();
        }
    }
}
