// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.ratebudget;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.ratebudget.RateBudgetProvider.Config;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class RateBudgetConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(800, Map.of("low", 100L, "high", 0L), null),
                new Config(32_000_000, Map.of("low", 1L), Duration.ofSeconds(4)));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new RateBudgetProvider().create(config), CLASSES)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.TABLES);
        System.out.println("rate-budget: " + report.cost());
    }
}
