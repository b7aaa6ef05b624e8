// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.temporallayers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.plugins.temporallayers.TemporalLayersProvider.Config;
import dev.weir.plugins.temporallayers.TemporalLayersProvider.LayerSource;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class TemporalLayersConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    static List<Config> configurations() {
        return List.of(
                new Config(2, Map.of("low", 1, "high", 3), LayerSource.PRIORITY, List.of()),
                new Config(null, Map.of("low", 0, "high", 200), LayerSource.SUBGROUP, List.of(0, 9, 255)));
    }

    @ParameterizedTest
    @MethodSource("configurations")
    void bothFormsAgree(Config config) {
        ConformanceReport report = PolicyConformance.of(new TemporalLayersProvider().create(config), CLASSES)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.TABLES);
        System.out.println("temporal-layers: " + report.cost());
    }
}
