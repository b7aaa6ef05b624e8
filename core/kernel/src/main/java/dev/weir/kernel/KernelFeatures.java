// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.FeatureReport.Support;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Tells what this machine offers the data plane, by trying it and not by comparing versions. Probing needs no privileges, but
/// finds out less without; it leaves nothing behind. For any number of threads.
public final class KernelFeatures {
    private static final KernelFeature[] DATA_PLANE = {
        KernelFeature.LIBBPF,
        KernelFeature.PRIVILEGES,
        KernelFeature.BPF_SYSCALL,
        KernelFeature.BTF,
        KernelFeature.TCX,
        KernelFeature.RING_BUFFER
    };

    private KernelFeatures() {}

    /// @return a report for each feature, in their order
    public static List<FeatureReport> probe() {
        return Arrays.stream(KernelFeature.values()).map(KernelFeatures::probe).toList();
    }

    /// @param feature the feature
    /// @return whether it is there
    public static FeatureReport probe(KernelFeature feature) {
        return switch (feature) {
            case PRIVILEGES -> FeatureProbes.privileges();
            case LIBBPF -> FeatureProbes.libbpf();
            case BPF_SYSCALL -> FeatureProbes.bpfSyscall();
            case BTF -> FeatureProbes.btf();
            case TCX -> FeatureProbes.tcx();
            case RING_BUFFER -> FeatureProbes.ringBuffer();
            case BPF_LOOP -> FeatureProbes.bpfLoop();
        };
    }

    /// Fails for the first feature that is not there. One about which nothing could be found out passes: its use will tell.
    ///
    /// @param features in the order in which to complain
    /// @throws UnsupportedKernelException with the report's explanation
    public static void require(KernelFeature... features) {
        for (KernelFeature feature : features) {
            FeatureReport report = probe(feature);
            if (report.support() == Support.NO) {
                throw new UnsupportedKernelException(report.explanation());
            }
        }
    }

    /// Requires all that the stock data plane needs.
    ///
    /// @throws UnsupportedKernelException if one of them is missing
    public static void requireDataPlane() {
        require(DATA_PLANE);
    }

    /// @return one line for the operator: that the data plane can run here, or what is missing and what to do about it
    public static String explain() {
        List<FeatureReport> wanting = Arrays.stream(DATA_PLANE)
                .map(KernelFeatures::probe)
                .filter(report -> report.support() == Support.NO)
                .toList();
        return wanting.isEmpty()
                ? "This machine can run the data plane in the kernel."
                : wanting.stream().map(FeatureReport::explanation).collect(Collectors.joining(" "));
    }
}
