// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FrameReaderTests {
    private static final int IVF_FIRST_FRAME = Ivf.FILE_HEADER + Ivf.FRAME_HEADER;

    @ParameterizedTest
    @EnumSource
    void framesOfARealEncoderHaveTheirLayers(VideoCodec codec) {
        List<CodedFrame> frames = TestVideo.frames(codec, new ByteArrayInputStream(TestVideo.bytes(codec)));

        assertThat(frames).extracting(CodedFrame::layer).isEqualTo(TestVideo.layers(codec));
    }

    @Test
    void accessUnitsAreTheStreamAgainHoweverItIsRead() {
        byte[] stream = TestVideo.bytes(VideoCodec.H264);
        for (int step : new int[] {1, 2, 3, 5, 7, 100, 1 << 16}) {
            List<CodedFrame> frames = TestVideo.frames(VideoCodec.H264, inSteps(stream, step));

            var together = new ByteArrayOutputStream();
            frames.forEach(frame -> together.writeBytes(frame.bytes()));
            assertThat(together.toByteArray()).as("%d bytes at a time", step).isEqualTo(stream);
            assertThat(frames).extracting(CodedFrame::layer).isEqualTo(TestVideo.layers(VideoCodec.H264));
        }
    }

    @Test
    void anAccessUnitIsDroppableOnlyIfNoneOfItsSlicesIsAReference() {
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x01))).isEqualTo(FrameLayer.DROPPABLE);
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x01, 0x01))).isEqualTo(FrameLayer.DROPPABLE);
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x01, 0x21))).isEqualTo(FrameLayer.REFERENCE);
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x41))).isEqualTo(FrameLayer.REFERENCE);
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x67, 0x68, 0x65))).isEqualTo(FrameLayer.KEY);
        assertThat(AnnexBReader.layerOf(nalUnits(0x09, 0x06))).as("no slice at all").isEqualTo(FrameLayer.REFERENCE);
        assertThat(AnnexBReader.layerOf(new byte[] {0, 0, 1})).as("no header").isEqualTo(FrameLayer.REFERENCE);
    }

    @Test
    void h264WithoutDelimitersIsRefused() {
        assertThatThrownBy(() -> TestVideo.frames(VideoCodec.H264, new ByteArrayInputStream(nalUnits(0x67, 0x68, 0x65))))
                .isInstanceOf(BenchException.class).hasMessageContaining("without a delimiter");
    }

    @Test
    void anIvfThatIsCutOffInsideAFrameIsRefused() {
        byte[] file = TestVideo.bytes(VideoCodec.VP8);
        Set<Integer> ends = new HashSet<>(Set.of(Ivf.FILE_HEADER));
        int end = Ivf.FILE_HEADER;
        for (CodedFrame frame : TestVideo.frames(VideoCodec.VP8, new ByteArrayInputStream(file))) {
            end += Ivf.FRAME_HEADER + frame.bytes().length;
            ends.add(end);
        }
        for (int length = 0; length <= file.length; length++) {
            var in = new ByteArrayInputStream(file, 0, length);
            if (ends.contains(length)) {
                assertThatNoException().as("%d bytes", length).isThrownBy(() -> TestVideo.frames(VideoCodec.VP8, in));
            } else {
                assertThatThrownBy(() -> TestVideo.frames(VideoCodec.VP8, in))
                        .as("%d bytes", length).isInstanceOf(BenchException.class).hasMessageContaining("ffmpeg");
            }
        }
    }

    @Test
    void anIvfOfSomethingElseIsRefused() {
        byte[] vp9 = TestVideo.bytes(VideoCodec.VP8);
        vp9[11] = '9';
        byte[] noKeyFrame = TestVideo.bytes(VideoCodec.VP8);
        noKeyFrame[IVF_FIRST_FRAME + 3] ^= 1;

        assertThatThrownBy(() -> TestVideo.frames(VideoCodec.VP8, new ByteArrayInputStream(vp9))).hasMessageContaining("no header");
        assertThatThrownBy(() -> TestVideo.frames(VideoCodec.VP8, new ByteArrayInputStream(noKeyFrame)))
                .hasMessageContaining("without a header");
    }

    private static byte[] nalUnits(int... headers) {
        var out = new ByteArrayOutputStream();
        for (int header : headers) {
            out.writeBytes(new byte[] {0, 0, 1, (byte) header, 0x55});
        }
        return out.toByteArray();
    }

    private static InputStream inSteps(byte[] bytes, int step) {
        return new ByteArrayInputStream(Arrays.copyOf(bytes, bytes.length)) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(step, length));
            }
        };
    }
}
