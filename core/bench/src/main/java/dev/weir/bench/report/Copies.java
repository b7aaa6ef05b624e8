// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

/// Packets with media made for subscribers.
///
/// @param kernel by the BPF program
/// @param userspace by the relay process
public record Copies(long kernel, long userspace) {
    private static final double PERCENT = 100.0;

    /// @return all of them
    public long total() {
        return kernel + userspace;
    }

    /// @return percentage made by the kernel; 0 if there are none
    public double kernelShare() {
        return total() == 0 ? 0 : PERCENT * kernel / total();
    }
}
