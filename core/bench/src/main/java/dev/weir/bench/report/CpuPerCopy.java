// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

/// Processor time per copy, microseconds, and whose it is.
///
/// - `relay`: user and system time of the relay process (procfs, in steps of 10 ms), whatever it spent it on.
/// - `softirq`: run time of the BPF program as the kernel measures it around every run (`run_time_ns`). That is the work of
///   receiving, opening, copying, sealing and handing over to the device, done in softirq context, mostly on the time of the
///   process whose system call brought the packet, here the publisher. Delivery behind the device is not in it, for neither
///   path.
/// - `total`: the sum. Where the kernel books softirq time on the interrupted process (no CONFIG_IRQ_TIME_ACCOUNTING) and
///   interrupts the relay with it, that part is counted twice: the sum is an upper bound.
///
/// @param total relay and softirq
/// @param relay the relay process
/// @param softirq the BPF program
public record CpuPerCopy(double total, double relay, double softirq) {
    private static final double NANOS_PER_MICRO = 1000;

    /// @param relayMicros processor time of the relay process
    /// @param bpfNanos run time of the BPF program
    /// @param copies copies made in the meantime
    /// @return the shares; zeros without copies
    public static CpuPerCopy of(long relayMicros, long bpfNanos, long copies) {
        if (copies == 0) {
            return new CpuPerCopy(0, 0, 0);
        }
        double relay = (double) relayMicros / copies;
        double softirq = bpfNanos / NANOS_PER_MICRO / copies;
        return new CpuPerCopy(relay + softirq, relay, softirq);
    }
}
