// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// libbpf's wrappers of bpf(2): what is done with maps, programs and links that are in the kernel. libbpf 1.x returns the
/// negative errno itself. May be called by any thread.
public final class LibbpfCalls {
    /// `struct bpf_test_run_opts`; see [#testRun].
    public static final MemoryLayout TEST_RUN_OPTIONS = MemoryLayout.structLayout(
            JAVA_LONG.withName("sz"),
            ADDRESS.withName("data_in"),
            ADDRESS.withName("data_out"),
            JAVA_INT.withName("data_size_in"),
            JAVA_INT.withName("data_size_out"),
            ADDRESS.withName("ctx_in"),
            ADDRESS.withName("ctx_out"),
            JAVA_INT.withName("ctx_size_in"),
            JAVA_INT.withName("ctx_size_out"),
            JAVA_INT.withName("retval"),
            JAVA_INT.withName("repeat"),
            JAVA_INT.withName("duration"),
            JAVA_INT.withName("flags"),
            JAVA_INT.withName("cpu"),
            JAVA_INT.withName("batch_size"));

    private static final int BPF_F_REPLACE = 4;
    /// `struct bpf_link_update_opts`: size_t sz, __u32 flags, __u32 old_prog_fd.
    private static final long LINK_UPDATE_OPTIONS_BYTES = 16;

    private static final NativeFunctions LIBBPF = LibbpfLibrary.FUNCTIONS;
    private static final MethodHandle LOOKUP =
            LIBBPF.find("bpf_map_lookup_elem", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle UPDATE =
            LIBBPF.find("bpf_map_update_elem", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, JAVA_LONG));
    private static final MethodHandle DELETE =
            LIBBPF.find("bpf_map_delete_elem", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle LOOKUP_BATCH = LIBBPF.find(
            "bpf_map_lookup_batch",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle MAP_CREATE = LIBBPF.find(
            "bpf_map_create",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle PROGRAM_LOAD = LIBBPF.find(
            "bpf_prog_load",
            FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS, ADDRESS, JAVA_LONG, ADDRESS));
    private static final MethodHandle TEST_RUN =
            LIBBPF.find("bpf_prog_test_run_opts", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle INFO =
            LIBBPF.find("bpf_obj_get_info_by_fd", FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS));
    private static final MethodHandle LINK_CREATE =
            LIBBPF.find("bpf_link_create", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle LINK_UPDATE =
            LIBBPF.find("bpf_link_update", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));
    private static final MethodHandle ENABLE_STATISTICS =
            LIBBPF.find("bpf_enable_stats", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle PROBE_HELPER =
            LIBBPF.find("libbpf_probe_bpf_helper", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS));

    private LibbpfCalls() {}

    /// Copies the value of `key` into `value`.
    public static int lookup(int map, MemorySegment key, MemorySegment value) {
        try {
            return (int) LOOKUP.invokeExact(map, key, value);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @param flags BPF_ANY 0, BPF_NOEXIST 1, BPF_EXIST 2
    public static int update(int map, MemorySegment key, MemorySegment value, long flags) {
        try {
            return (int) UPDATE.invokeExact(map, key, value, flags);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Removes `key`.
    public static int delete(int map, MemorySegment key) {
        try {
            return (int) DELETE.invokeExact(map, key);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Reads several entries.
    ///
    /// @param from where to go on, as the call before left it in `next`; NULL at first
    /// @param count __u32, in: room in `keys` and `values`; out: entries read, also with ENOENT, which says that it was the end
    public static int lookupBatch(
            int map,
            MemorySegment from,
            MemorySegment next,
            MemorySegment keys,
            MemorySegment values,
            MemorySegment count) {
        try {
            return (int) LOOKUP_BATCH.invokeExact(map, from, next, keys, values, count, MemorySegment.NULL);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return file descriptor of a new map without a name
    public static int createMap(int type, int keySize, int valueSize, int maxEntries) {
        try {
            MemorySegment none = MemorySegment.NULL;
            return (int) MAP_CREATE.invokeExact(type, none, keySize, valueSize, maxEntries, none);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @param instructions eight bytes each
    /// @return file descriptor of a program without a name
    public static int loadProgram(int type, byte[] instructions) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment code = arena.allocate(instructions.length, Long.BYTES);
            MemorySegment.copy(instructions, 0, code, JAVA_BYTE, 0, instructions.length);
            MemorySegment none = MemorySegment.NULL;
            return (int) PROGRAM_LOAD.invokeExact(
                    type, none, arena.allocateFrom("Dual BSD/GPL"), code, instructions.length / 8L, none);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// BPF_PROG_TEST_RUN.
    ///
    /// @param options a filled in [#TEST_RUN_OPTIONS]; receives the results
    public static int testRun(int program, MemorySegment options) {
        try {
            return (int) TEST_RUN.invokeExact(program, options);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Fills `info` (`struct bpf_prog_info`, `bpf_map_info`, `bpf_link_info`) as far as it is long.
    public static int info(int fd, MemorySegment info) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment length = arena.allocateFrom(JAVA_INT, (int) info.byteSize());
            return (int) INFO.invokeExact(fd, info, length);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @param target what the attach type goes with: an interface index for tcx
    /// @return file descriptor of the link, which ends with its last descriptor
    public static int createLink(int program, int target, int attachType) {
        try {
            return (int) LINK_CREATE.invokeExact(program, target, attachType, MemorySegment.NULL);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Puts `program` in the place of `previous`, if that is the link's program (BPF_F_REPLACE).
    public static int updateLink(int link, int program, int previous) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment options = arena.allocate(LINK_UPDATE_OPTIONS_BYTES, Long.BYTES);
            options.set(JAVA_LONG, 0, LINK_UPDATE_OPTIONS_BYTES);
            options.set(JAVA_INT, 8, BPF_F_REPLACE);
            options.set(JAVA_INT, 12, previous);
            return (int) LINK_UPDATE.invokeExact(link, program, options);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Makes the kernel measure every program's run time (BPF_STATS_RUN_TIME).
    ///
    /// @return file descriptor that keeps it so
    public static int enableRunTimeStatistics() {
        try {
            return (int) ENABLE_STATISTICS.invokeExact(0);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return 1 if programs of the type may call the helper, 0 if not
    public static int probeHelper(int programType, int helper) {
        try {
            return (int) PROBE_HELPER.invokeExact(programType, helper, MemorySegment.NULL);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }
}
