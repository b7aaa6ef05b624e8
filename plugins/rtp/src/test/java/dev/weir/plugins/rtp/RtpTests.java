// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.rtp.RtpProvider.Config;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.MediaObject;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.ProgramVariant;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RtpTests {
    private static final long TIMESTAMP = 0xfffefdfcL;
    /// Version 2, marker, payload type 96, sequence number 1, the timestamp, SSRC 12345678.
    private static final String HEADER = "80e00001" + "fffefdfc" + "12345678";

    private static FrameContent parse(RtpCodec codec, long object, byte[] packet) {
        FanoutPolicy policy = new RtpProvider().create(new Config(codec, null, Map.of()));
        var media = new MediaObject("live/cam1", 3, 0, object, 128, DeliveryMode.DATAGRAM, 1_000, 1);
        // as a part of a larger buffer: what lies around it must not be read
        ByteBuffer around = ByteBuffer.allocate(packet.length + 8);
        around.position(4).put(packet).flip().position(4);
        return policy.frames().parse(media, around.asReadOnlyBuffer());
    }

    private static FrameContent parse(RtpCodec codec, String hex) {
        return parse(codec, 1, HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /// RFC 3550 section 5.1: contributing sources; RFC 8285 section 4.2: an extension of one word, and an empty one.
    @ParameterizedTest
    @ValueSource(strings = {
        HEADER,
        "82e00001 fffefdfc 12345678 11111111 22222222",
        "90e00001 fffefdfc 12345678 bede0001 10ff0000",
        "90e00001 fffefdfc 12345678 bede0000",
        "b3600001 fffefdfc 12345678 11111111 22222222 33333333 bede0002 10ff0000 00000000"
    })
    void headerIsSkipped(String header) {
        assertThat(parse(RtpCodec.H264, header + "65")).isEqualTo(new FrameContent(0, true, TIMESTAMP));
        assertThat(parse(RtpCodec.H264, header + "01")).isEqualTo(new FrameContent(1, false, TIMESTAMP));
        assertThat(parse(RtpCodec.VP8, header + "902080" + "11")).isEqualTo(new FrameContent(2, false, TIMESTAMP));
    }

    /// RFC 7741 section 4.2: without a PictureID, of 7 bits, of 15 bits, and a beginning that is cut off within one.
    @ParameterizedTest
    @CsvSource({"9020c001, 4294901244", "90a07fc001, 127", "90e0812307c001, 291", "90808123 01, 291", "90e081, -1"})
    void vp8PicturesHaveTheNumberOfTheirPayload(String payload, long picture) {
        assertThat(parse(RtpCodec.VP8, HEADER + payload).picture()).isEqualTo(picture);
    }

    /// RFC 6184: sections 5.6, 5.7.1, 5.8.
    @ParameterizedTest
    @CsvSource({
        // single NAL units: IDR slice, other slices by nal_ref_idc, SPS, PPS, SEI
        "65, 0, true", "25, 0, true", "41, 0, false", "21, 0, false", "01, 1, false", "67, 0, true", "68, 0, false",
        "06, 1, false", "77, 0, false",
        // FU-A: first, middle and last fragment of an IDR slice, first of another slice
        "7c85, 0, true", "7c05, 0, false", "7c45, 0, false", "7c81, 0, false", "1c81, 1, false", "7c87, 0, true",
        // STAP-A: SPS and PPS; SEI and IDR slice; two slices; SEI alone
        "78 0002 6742 0002 68ce, 0, true", "78 0003 060501 0002 6588, 0, true", "78 0001 41 0001 41, 0, false",
        "18 0002 0605, 1, false",
        // STAP-A: nothing; a unit of no bytes; an IDR slice behind the visible bytes; IDR as the eighth and ninth unit
        "78, 0, false", "78 0000 65, 0, false", "78 0009 06 0001 65, 0, false",
        "78 000106 000106 000106 000106 000106 000106 000106 000165, 0, true",
        "78 000106 000106 000106 000106 000106 000106 000106 000106 000165, 0, false"
    })
    void h264Payloads(String payload, int layer, boolean independent) {
        assertThat(parse(RtpCodec.H264, HEADER + payload)).isEqualTo(new FrameContent(layer, independent, TIMESTAMP));
    }

    /// Wrong version, no payload, cut header, cut sources, cut extension; for H.264 types 0, STAP-B, 29 to 31, cut FU-A.
    @ParameterizedTest
    @ValueSource(strings = {
        "", "80", "40e00001 fffefdfc 12345678 65", "c0e00001 fffefdfc 12345678 65", HEADER, "80e00001 fffefdfc 123456",
        "81e00001 fffefdfc 12345678 111111", "90e00001 fffefdfc 12345678 bede00",
        "90e00001 fffefdfc 12345678 bedeffff 65", HEADER + "00", HEADER + "79000165", HEADER + "7d85", HEADER + "7f",
        HEADER + "7c"
    })
    void whatIsNotKnownIsASingleFrame(String hex) {
        byte[] packet = HexFormat.of().parseHex(hex.replace(" ", ""));

        assertThat(parse(RtpCodec.H264, 0, packet)).isEqualTo(new FrameContent(0, true));
        assertThat(parse(RtpCodec.H264, 1, packet)).isEqualTo(new FrameContent(0, false));
    }

    @Test
    void cutDescriptorIsASingleFrame() {
        assertThat(parse(RtpCodec.VP8, HEADER + "9020")).isEqualTo(new FrameContent(0, false));
    }

    @ParameterizedTest
    @EnumSource
    void anyBytesAreRead(RtpCodec codec) {
        var random = new Random(3550);
        int known = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] packet = new byte[random.nextInt(129)];
            random.nextBytes(packet);
            if (packet.length > 0 && random.nextBoolean()) {
                packet[0] = (byte) (0x80 | packet[0] & 0x1f);
            }
            known += parse(codec, 1, packet).picture() == FrameContent.UNKNOWN_PICTURE ? 0 : 1;
        }
        assertThat(known).isGreaterThan(10_000);
    }

    @Test
    void planHoldsTheProgramLayersAndCodec() {
        var plan = (ProgramVariant) new RtpProvider()
                .create(new Config(null, 1, Map.of("high", 2)))
                .plan(() -> List.of("default", "high"))
                .orElseThrow();

        assertThat(plan.object()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(plan.config()).hasSize(17).startsWith(1L, 2L, 1L).endsWith((long) RtpCodec.H264.ordinal());
        assertThat(plan.vectors()).extracting("expected").contains(Verdict.forward(), Verdict.drop("layer"));
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        assertThatThrownBy(() -> new Config(null, -1, Map.of())).isInstanceOf(PolicyConfigurationException.class);
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .extracting(provider -> provider.name())
                .contains("rtp");
    }
}
