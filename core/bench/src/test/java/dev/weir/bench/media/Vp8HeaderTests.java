// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Vp8HeaderTests {
    private final Random random = new Random(11);

    @Test
    void aKeyFrameTellsItsSize() {
        byte[] frame = TestVideo.frames(VideoCodec.VP8, TestVideo.input(TestVideo.bytes(VideoCodec.VP8)).stream()).getFirst().bytes();

        assertThat(Vp8Header.parse(frame)).isEqualTo(new Vp8Header(true, 64, 48, true));
    }

    /// Whatever stands in front: segments, filter deltas, quantizers.
    @Test
    void aFrameIsDroppableIfItChangesNothingThatLastsLonger() {
        for (int run = 0; run < 500; run++) {
            assertThat(layer(0, 0, 0, 0, false, false)).isEqualTo(FrameLayer.DROPPABLE);
            assertThat(layer(1, 0, 0, 0, false, false)).as("golden").isEqualTo(FrameLayer.REFERENCE);
            assertThat(layer(0, 1, 0, 0, false, false)).as("altref").isEqualTo(FrameLayer.REFERENCE);
            assertThat(layer(0, 0, 1 + run % 2, 0, false, false)).as("copied to golden").isEqualTo(FrameLayer.REFERENCE);
            assertThat(layer(0, 0, 0, 1 + run % 2, false, false)).as("copied to altref").isEqualTo(FrameLayer.REFERENCE);
            assertThat(layer(0, 0, 0, 0, true, false)).as("probabilities").isEqualTo(FrameLayer.REFERENCE);
            assertThat(layer(0, 0, 0, 0, false, true)).as("last").isEqualTo(FrameLayer.REFERENCE);
        }
    }

    /// An inter frame with random fields in front of the ones that count (RFC 6386 section 19.2).
    private FrameLayer layer(int golden, int altref, int toGolden, int toAltref, boolean probabilities, boolean last) {
        var header = new BoolEncoder();
        segmentation(header);
        header.bits(random.nextInt(1 << 10), 10);
        filterDeltas(header);
        header.bits(random.nextInt(1 << 9), 9);
        optional(header, 5, 5);
        header.flag(golden == 1).flag(altref == 1);
        if (golden == 0) {
            header.bits(toGolden, 2);
        }
        if (altref == 0) {
            header.bits(toAltref, 2);
        }
        header.bits(random.nextInt(4), 2).flag(probabilities).flag(last).bits(random.nextInt(1 << 20), 20);
        var frame = new ByteArrayOutputStream();
        frame.writeBytes(new byte[] {0x11, 0, 0});
        frame.writeBytes(header.finish());
        return Vp8Header.parse(frame.toByteArray()).layer();
    }

    private void segmentation(BoolEncoder header) {
        boolean enabled = random.nextBoolean();
        header.flag(enabled);
        if (!enabled) {
            return;
        }
        boolean map = random.nextBoolean();
        boolean values = random.nextBoolean();
        header.flag(map).flag(values);
        if (values) {
            header.flag(random.nextBoolean());
            optional(header, 4, 8);
            optional(header, 4, 7);
        }
        if (map) {
            optional(header, 3, 8);
        }
    }

    private void filterDeltas(BoolEncoder header) {
        boolean enabled = random.nextBoolean();
        boolean update = random.nextBoolean();
        header.flag(enabled);
        if (enabled) {
            header.flag(update);
            if (update) {
                optional(header, 8, 7);
            }
        }
    }

    private void optional(BoolEncoder header, int values, int bits) {
        for (int value = 0; value < values; value++) {
            boolean given = random.nextBoolean();
            header.flag(given);
            if (given) {
                header.bits(random.nextInt(1 << bits), bits);
            }
        }
    }
}
