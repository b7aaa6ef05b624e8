// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.FeatureReport.Support;
import dev.weir.kernel.ffi.Libc;
import dev.weir.kernel.ffi.LibbpfCalls;
import dev.weir.kernel.ffi.LibbpfLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// One probe per feature; see [KernelFeatures].
final class FeatureProbes {
    private static final int CAP_NET_ADMIN = 12;
    private static final int CAP_SYS_ADMIN = 21;
    private static final int CAP_PERFMON = 38;
    private static final int CAP_BPF = 39;

    private static final int BPF_PROG_TYPE_SCHED_CLS = 3;
    private static final int BPF_TCX_INGRESS = 46;
    private static final int BPF_FUNC_LOOP = 181;
    private static final int NO_INTERFACE = Integer.MAX_VALUE;
    private static final int RING_BYTES = 4096;
    /// r0 = 0; exit
    private static final byte[] RETURN_ZERO = {(byte) 0xb7, 0, 0, 0, 0, 0, 0, 0, (byte) 0x95, 0, 0, 0, 0, 0, 0, 0};

    private static final Path STATUS = Path.of("/proc/thread-self/status");
    private static final Path VMLINUX_BTF = Path.of("/sys/kernel/btf/vmlinux");

    private FeatureProbes() {}

    static FeatureReport privileges() {
        try {
            return privileges(Files.readAllLines(STATUS));
        } catch (IOException e) {
            return new FeatureReport(
                    KernelFeature.PRIVILEGES, Support.UNKNOWN, "Cannot read " + STATUS + "; mount /proc to find out privileges.");
        }
    }

    static FeatureReport privileges(List<String> status) {
        long effective = status.stream()
                .filter(line -> line.startsWith("CapEff:"))
                .mapToLong(line -> Long.parseUnsignedLong(line.substring("CapEff:".length()).strip(), 16))
                .findFirst()
                .orElse(0);
        var missing = new ArrayList<String>();
        if (!has(effective, CAP_SYS_ADMIN)) {
            // CAP_SYS_ADMIN includes both.
            addIfMissing(missing, effective, CAP_BPF, "CAP_BPF");
            addIfMissing(missing, effective, CAP_PERFMON, "CAP_PERFMON");
        }
        addIfMissing(missing, effective, CAP_NET_ADMIN, "CAP_NET_ADMIN");
        return missing.isEmpty()
                ? yes(KernelFeature.PRIVILEGES, "This process may load and attach BPF programs.")
                : no(KernelFeature.PRIVILEGES, "This process may not use BPF, it lacks " + String.join(", ", missing)
                        + "; " + KernelException.PRIVILEGE_REMEDY + ".");
    }

    private static boolean has(long capabilities, int capability) {
        return (capabilities >>> capability & 1) != 0;
    }

    private static void addIfMissing(List<String> missing, long capabilities, int capability, String name) {
        if (!has(capabilities, capability)) {
            missing.add(name);
        }
    }

    static FeatureReport libbpf() {
        String missing = LibbpfLibrary.missing();
        return missing != null
                ? no(KernelFeature.LIBBPF, missing)
                : yes(KernelFeature.LIBBPF, "libbpf " + LibbpfLibrary.version().replaceFirst("^v", "") + " is loaded.");
    }

    static FeatureReport bpfSyscall() {
        return create(
                KernelFeature.BPF_SYSCALL,
                MapType.ARRAY,
                Integer.BYTES,
                Integer.BYTES,
                1,
                "use a kernel with CONFIG_BPF_SYSCALL, or a container runtime whose seccomp profile allows bpf");
    }

    static FeatureReport ringBuffer() {
        return create(
                KernelFeature.RING_BUFFER, MapType.RING_BUFFER, 0, 0, RING_BYTES, "use Linux 6.6 or newer");
    }

    private static FeatureReport create(
            KernelFeature feature, MapType type, int keySize, int valueSize, int entries, String remedy) {
        if (LibbpfLibrary.missing() != null) {
            return unknownWithoutLibbpf(feature);
        }
        int fd = LibbpfCalls.createMap(type.number(), keySize, valueSize, entries);
        if (fd >= 0) {
            Libc.close(fd);
        }
        return result(feature, fd >= 0 ? 0 : -fd, remedy);
    }

    static FeatureReport btf() {
        return Files.exists(VMLINUX_BTF)
                ? yes(KernelFeature.BTF, "The kernel describes its types in " + VMLINUX_BTF + ".")
                : no(KernelFeature.BTF, "The kernel does not describe its types: there is no " + VMLINUX_BTF
                        + "; use a kernel with CONFIG_DEBUG_INFO_BTF, and mount /sys.");
    }

    /// Attaching to an interface that does not exist says ENODEV where there is tcx, and EINVAL where there is not.
    static FeatureReport tcx() {
        if (LibbpfLibrary.missing() != null) {
            return unknownWithoutLibbpf(KernelFeature.TCX);
        }
        int program = LibbpfCalls.loadProgram(BPF_PROG_TYPE_SCHED_CLS, RETURN_ZERO);
        if (program < 0) {
            return result(KernelFeature.TCX, -program, "use Linux 6.6 or newer");
        }
        int link = LibbpfCalls.createLink(program, NO_INTERFACE, BPF_TCX_INGRESS);
        Libc.close(program);
        return result(KernelFeature.TCX, link == -Errno.ENODEV ? 0 : -link, "use Linux 6.6 or newer");
    }

    static FeatureReport bpfLoop() {
        if (LibbpfLibrary.missing() != null) {
            return unknownWithoutLibbpf(KernelFeature.BPF_LOOP);
        }
        int result = LibbpfCalls.probeHelper(BPF_PROG_TYPE_SCHED_CLS, BPF_FUNC_LOOP);
        int errno = result == 1 ? 0 : result == 0 ? Errno.EINVAL : -result;
        return result(KernelFeature.BPF_LOOP, errno, "use Linux 6.6 or newer");
    }

    private static FeatureReport unknownWithoutLibbpf(KernelFeature feature) {
        return new FeatureReport(
                feature, Support.UNKNOWN, "Without libbpf it cannot be found out whether the kernel has " + feature.title() + ".");
    }

    private static FeatureReport result(KernelFeature feature, int errno, String remedy) {
        if (errno == 0) {
            return yes(feature, "The kernel has " + feature.title() + ".");
        }
        if (Errno.isPrivilege(errno)) {
            return new FeatureReport(feature, Support.UNKNOWN, "Whether the kernel has " + feature.title()
                    + " cannot be found out without privileges; " + KernelException.PRIVILEGE_REMEDY + ".");
        }
        return no(feature, "The kernel lacks " + feature.title() + " (" + Errno.describe(errno) + "); " + remedy + ".");
    }

    private static FeatureReport yes(KernelFeature feature, String explanation) {
        return new FeatureReport(feature, Support.YES, explanation);
    }

    private static FeatureReport no(KernelFeature feature, String explanation) {
        return new FeatureReport(feature, Support.NO, explanation);
    }
}
