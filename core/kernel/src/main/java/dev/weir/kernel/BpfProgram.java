// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.kernel.ffi.LibbpfCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.util.HexFormat;

/// A program in the kernel, verified and compiled. Belongs to its [LoadedObject]; for any number of threads.
public final class BpfProgram {
    /// `struct bpf_prog_info`, the fields in use.
    private static final StructLayout INFO = MemoryLayout.structLayout(
            JAVA_INT.withName("type"),
            JAVA_INT.withName("id"),
            JAVA_LONG.withName("tag"),
            MemoryLayout.paddingLayout(176),
            JAVA_LONG.withName("run_time_ns"),
            JAVA_LONG.withName("run_cnt"),
            JAVA_LONG.withName("recursion_misses"),
            JAVA_INT.withName("verified_insns"),
            MemoryLayout.paddingLayout(4));

    private static final long ID = offset("id");
    private static final long TAG = offset("tag");
    private static final long RUN_TIME = offset("run_time_ns");
    private static final long RUN_COUNT = offset("run_cnt");
    private static final long VERIFIED_INSTRUCTIONS = offset("verified_insns");

    private final LoadedObject owner;
    private final String name;
    private final int fd;
    private final int id;
    private final String tag;
    private final int verifiedInstructions;

    BpfProgram(LoadedObject owner, String name, int fd) {
        this.owner = owner;
        this.name = name;
        this.fd = fd;
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = info(arena);
            id = info.get(JAVA_INT, ID);
            tag = HexFormat.of().formatHex(info.asSlice(TAG, Long.BYTES).toArray(JAVA_BYTE));
            verifiedInstructions = info.get(JAVA_INT, VERIFIED_INSTRUCTIONS);
        }
    }

    private static long offset(String field) {
        return INFO.byteOffset(PathElement.groupElement(field));
    }

    /// @return name of the C function
    public String name() {
        return name;
    }

    /// @return its file descriptor, valid as long as the object is open
    public int fd() {
        owner.requireOpen();
        return fd;
    }

    /// Runs a program of section `syscall`.
    ///
    /// @param context what it gets
    /// @return what it returned
    /// @throws KernelException if the kernel does not run it
    public int call(MemorySegment context) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(LibbpfCalls.TEST_RUN_OPTIONS);
            options.set(JAVA_LONG, callOffset("sz"), options.byteSize());
            options.set(ADDRESS, callOffset("ctx_in"), context);
            options.set(JAVA_INT, callOffset("ctx_size_in"), (int) context.byteSize());
            int result = LibbpfCalls.testRun(fd(), options);
            if (result < 0) {
                throw KernelException.of(-result, "Cannot call program " + name, "check that the kernel is 5.14 or newer");
            }
            return options.get(JAVA_INT, callOffset("retval"));
        }
    }

    private static long callOffset(String field) {
        return LibbpfCalls.TEST_RUN_OPTIONS.byteOffset(PathElement.groupElement(field));
    }

    /// @return the kernel's number for it, as `bpftool prog` shows it
    public int id() {
        return id;
    }

    /// @return the kernel's digest of the program's instructions, 16 hexadecimal digits, as `bpftool prog` shows it: the same for
    /// programs that were loaded from the same code
    public String tag() {
        return tag;
    }

    /// @return instructions that the verifier walked; it gives up at one million
    public int verifiedInstructions() {
        return verifiedInstructions;
    }

    /// How long the program has run since it was loaded. The kernel counts only while a [BpfStatistics] is open, here or in
    /// another process; test runs do not count.
    ///
    /// @return sums over all CPUs and interfaces
    public RunStatistics runStatistics() {
        owner.requireOpen();
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = info(arena);
            return new RunStatistics(info.get(JAVA_LONG, RUN_TIME), info.get(JAVA_LONG, RUN_COUNT));
        }
    }

    private MemorySegment info(Arena arena) {
        MemorySegment info = arena.allocate(INFO);
        int result = LibbpfCalls.info(fd, info);
        if (result < 0) {
            throw KernelException.of(-result, "Cannot ask the kernel about program " + name, "check the kernel's log");
        }
        return info;
    }

    @Override
    public String toString() {
        return name + " (program " + id + ")";
    }

    /// What a program has cost.
    ///
    /// @param runTimeNanos nanoseconds
    /// @param runCount number of runs in that time
    public record RunStatistics(long runTimeNanos, long runCount) {}
}
