// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.congestionpriority;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.congestionpriority.CongestionPriorityProvider.Config;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class CongestionPriorityConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(null, List.of(), List.of(), null, null, null),
                new Config(0, List.of(256, 128, 0), List.of(0.0, 0.5, 1.0), Duration.ZERO, Duration.ZERO, Duration.ZERO),
                new Config(256, List.of(), List.of(), null, null, Duration.ofNanos(1)));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new CongestionPriorityProvider().create(config), CLASSES)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
        System.out.println("congestion-priority: " + report.cost());
    }
}
