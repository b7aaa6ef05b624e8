// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.chat;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The hooks in Java and in the kernel give the same answers.
@RequiresBpf
class ChatConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low", "high");

    @Test
    void bothFormsAgree() {
        ConformanceReport report = PolicyConformance.of(new ChatProvider().create(new ChatProvider.Config()), CLASSES)
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.TABLES);
        System.out.println("chat: " + report.cost());
    }
}
