// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.plan.LaneClasses;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.policy.ConformanceReport;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The hooks in Java and in the kernel give the same answers about payloads of every type, and about what is none.
@RequiresBpf
class SnapshotPolicyConformanceIT {
    private static final LaneClasses CLASSES = () -> List.of("default", "low");
    private static final int TYPES = 3;
    private static final int HEADER_BYTES = 5;

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void bothFormsAgree(int highestLayer) {
        ConformanceReport report = PolicyConformance.of(new SnapshotPolicy(highestLayer), CLASSES)
                .track("fan/1")
                .payloads((random, object) -> {
                    byte[] payload = new byte[HEADER_BYTES + random.nextInt(8)];
                    random.nextBytes(payload);
                    payload[0] = (byte) (1 + random.nextInt(TYPES));
                    return payload;
                })
                .run();

        assertThat(report.form()).isEqualTo(ConformanceReport.Form.PROGRAM);
    }
}
