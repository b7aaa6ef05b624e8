// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.kernel.FeatureReport.Support;
import java.util.List;
import org.junit.jupiter.api.Test;

class FeatureProbesTests {
    @Test
    void rootMayUseBpf() {
        assertThat(FeatureProbes.privileges(List.of("Name:\tjava", "CapEff:\t000001ffffffffff")).support())
                .isEqualTo(Support.YES);
    }

    @Test
    void soMayAProcessWithTheThreeCapabilities() {
        long capabilities = 1L << 39 | 1L << 38 | 1L << 12;
        assertThat(FeatureProbes.privileges(List.of("CapEff:\t%016x".formatted(capabilities))).support())
                .isEqualTo(Support.YES);
    }

    @Test
    void anOrdinaryUserLearnsWhatIsMissing() {
        FeatureReport report = FeatureProbes.privileges(List.of("CapEff:\t0000000000000000"));

        assertThat(report.support()).isEqualTo(Support.NO);
        assertThat(report.explanation())
                .isEqualTo("This process may not use BPF, it lacks CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN; run as root, or with"
                        + " CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.");
    }

    @Test
    void aContainerWithoutNetworkAdministrationLearnsJustThat() {
        assertThat(FeatureProbes.privileges(List.of("CapEff:\t000001ffffffefff")).explanation())
                .startsWith("This process may not use BPF, it lacks CAP_NET_ADMIN;");
    }

    @Test
    void everyFeatureIsReportedInASentence() {
        assertThat(KernelFeatures.probe()).hasSameSizeAs(KernelFeature.values()).allSatisfy(report -> assertThat(
                        report.explanation())
                .endsWith(".")
                .hasSizeGreaterThan(20));
        assertThat(KernelFeatures.explain()).endsWith(".").doesNotContain("\n");
    }
}
