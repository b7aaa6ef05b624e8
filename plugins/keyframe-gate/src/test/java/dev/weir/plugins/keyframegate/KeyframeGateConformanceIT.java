// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.keyframegate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.keyframegate.KeyframeGateProvider.Config;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class KeyframeGateConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(null),
                new Config(0.0),
                new Config(1.0));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new KeyframeGateProvider().create(config), CLASSES)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
        System.out.println("keyframe-gate: " + report.cost());
    }
}
