// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.rtp.RtpProvider.Config;
import dev.weir.spi.MediaObject;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class RtpConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(RtpCodec.H264, null, Map.of("low", 1, "high", 0)),
                new Config(RtpCodec.VP8, 2, Map.of("low", 1)));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new RtpProvider().create(config), CLASSES)
                .payloads(RtpConformanceIT::packet)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
        System.out.println("rtp: " + report.cost());
    }

    /// A header with any number of sources and a short extension or none, and a payload of either codec.
    private static byte[] packet(RandomGenerator random, MediaObject object) {
        int sources = random.nextBoolean() ? 0 : random.nextInt(16);
        int words = random.nextInt(3);
        boolean isExtended = random.nextInt(3) == 0;
        var packet = ByteBuffer.allocate(128);
        packet.put((byte) (0x80 | (isExtended ? 0x10 : 0) | sources)).put((byte) random.nextInt());
        packet.putShort((short) random.nextInt()).putInt(random.nextInt()).putInt(random.nextInt());
        for (int source = 0; source < sources; source++) {
            packet.putInt(random.nextInt());
        }
        if (isExtended) {
            packet.putShort((short) 0xbede).putShort((short) words).put(new byte[4 * words]);
        }
        return random.nextBoolean() ? h264(random, packet) : random(random, packet);
    }

    private static byte[] random(RandomGenerator random, ByteBuffer packet) {
        var payload = new byte[random.nextInt(12)];
        random.nextBytes(payload);
        return finish(packet.put(payload));
    }

    private static byte[] h264(RandomGenerator random, ByteBuffer packet) {
        byte[] types = {1, 5, 6, 7, 8, 24, 24, 24, 28, 28, 28, 29};
        byte type = types[random.nextInt(types.length)];
        packet.put((byte) (random.nextInt(4) << 5 | type));
        if (type != 24) {
            return finish(packet.put((byte) (random.nextInt(8) << 5 | types[random.nextInt(5)])));
        }
        for (int unit = random.nextInt(11); unit > 0; unit--) {
            int length = 1 + random.nextInt(3);
            packet.putShort((short) length).put((byte) (random.nextInt(6) == 0 ? 5 : 6)).put(new byte[length - 1]);
        }
        return finish(packet);
    }

    private static byte[] finish(ByteBuffer packet) {
        var bytes = new byte[packet.flip().remaining()];
        packet.get(bytes);
        return bytes;
    }
}
