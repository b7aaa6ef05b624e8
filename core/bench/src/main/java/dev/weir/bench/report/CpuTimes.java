// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Processor time used so far, from procfs.
///
/// @param processMicros user and system time of a process, with all its threads
/// @param softirqMicros softirq time of the whole machine
public record CpuTimes(long processMicros, long softirqMicros) {
    /// USER_HZ is 100 on every architecture that Weir runs on.
    private static final long MICROS_PER_TICK = 10_000;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;
    private static final int SOFTIRQ_TIME = 7;

    /// @param pid a running process
    /// @return its times and the machine's
    /// @throws BenchException if it is gone
    public static CpuTimes of(long pid) {
        try {
            String process = Files.readString(Path.of("/proc", String.valueOf(pid), "stat"));
            String machine = Files.readString(Path.of("/proc/stat"));
            return parse(process, machine);
        } catch (IOException e) {
            throw new BenchException("Cannot read the processor time of process " + pid + " (" + e.getMessage()
                    + "); it seems to have ended, look at its log.", e);
        }
    }

    static CpuTimes parse(String processStat, String machineStat) {
        // The name in parentheses may itself hold blanks and parentheses.
        String[] process = processStat.substring(processStat.lastIndexOf(')') + 2).split(" ");
        String[] machine = machineStat.lines().findFirst().orElseThrow().split(" +");
        long ticks = Long.parseLong(process[USER_TIME]) + Long.parseLong(process[SYSTEM_TIME]);
        return new CpuTimes(ticks * MICROS_PER_TICK, Long.parseLong(machine[SOFTIRQ_TIME]) * MICROS_PER_TICK);
    }

    /// @param earlier an earlier reading
    /// @return time used since then
    public CpuTimes since(CpuTimes earlier) {
        return new CpuTimes(processMicros - earlier.processMicros, softirqMicros - earlier.softirqMicros);
    }
}
