// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// What a machine must, or may, offer the data plane.
public enum KernelFeature {
    /// Root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN.
    PRIVILEGES("privileges for BPF"),
    /// The shared library, version 1.0 or newer.
    LIBBPF("libbpf"),
    /// bpf(2).
    BPF_SYSCALL("the bpf system call"),
    /// The kernel's own type information, which kernel functions called from BPF need.
    BTF("kernel type information (BTF)"),
    /// The tcx hook, Linux 6.6 and newer.
    TCX("the tcx hook"),
    /// BPF_MAP_TYPE_RINGBUF.
    RING_BUFFER("BPF ring buffers"),
    /// The helper bpf_loop, for policies; the stock data plane does without.
    BPF_LOOP("the BPF helper bpf_loop");

    private final String title;

    KernelFeature(String title) {
        this.title = title;
    }

    /// @return what it is, in words for a sentence
    public String title() {
        return title;
    }
}
