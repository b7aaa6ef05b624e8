// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.vp8descriptor.Vp8DescriptorProvider.Config;
import dev.weir.spi.MediaObject;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class Vp8DescriptorConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(null, Map.of("low", 1, "high", 3)),
                new Config(2, Map.of()));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new Vp8DescriptorProvider().create(config), CLASSES)
                .payloads(Vp8DescriptorConformanceIT::payload)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
        System.out.println("vp8-descriptor: " + report.cost());
    }

    /// Random optional bytes behind a first byte that is most often extended.
    private static byte[] payload(RandomGenerator random, MediaObject object) {
        var bytes = new byte[2 + random.nextInt(8)];
        random.nextBytes(bytes);
        bytes[0] = (byte) (bytes[0] & 0x20 | (random.nextInt(4) == 0 ? 0 : 0x80) | (random.nextBoolean() ? 0x10 : 0));
        return bytes;
    }
}
