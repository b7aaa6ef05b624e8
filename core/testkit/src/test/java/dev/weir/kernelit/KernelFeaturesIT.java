// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.weir.kernel.FeatureReport.Support;
import dev.weir.kernel.KernelFeatures;
import dev.weir.testkit.RequiresRoot;
import org.junit.jupiter.api.Test;

@RequiresRoot
class KernelFeaturesIT {
    @Test
    void aMachineThatRunsTheseTestsHasEverything() {
        assertThat(KernelFeatures.probe()).allSatisfy(report -> assertThat(report.support())
                .as(report.explanation())
                .isEqualTo(Support.YES));
        assertThatCode(KernelFeatures::requireDataPlane).doesNotThrowAnyException();
        assertThat(KernelFeatures.explain()).isEqualTo("This machine can run the data plane in the kernel.");
    }

    @Test
    void withoutPrivilegesTheOperatorLearnsWhatToDo() throws Exception {
        try (ChildProcess child = ChildProcess.startWithoutPrivileges("features")) {
            assertThat(child.line())
                    .isEqualTo("This process may not use BPF, it lacks CAP_BPF, CAP_PERFMON, CAP_NET_ADMIN; run as root, or with"
                            + " CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.");
        }
    }

    @Test
    void withoutPrivilegesLoadingSaysSo() throws Exception {
        try (ChildProcess child = ChildProcess.startWithoutPrivileges("load")) {
            assertThat(child.line())
                    .isEqualTo("Cannot load weir_ingress.bpf.o into the kernel (EPERM: not permitted); run as root, or with"
                            + " CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.");
        }
    }

    @Test
    void withoutPrivilegesStatisticsAreSimplyOff() throws Exception {
        try (ChildProcess child = ChildProcess.startWithoutPrivileges("statistics")) {
            assertThat(child.line()).isEqualTo("false");
        }
    }
}
