// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/// libbpf's object functions: from an ELF file to programs and maps in the kernel. The system calls on what is loaded are in
/// [LibbpfCalls].
///
/// Objects, programs and maps are libbpf's own pointers; a program or map lives as long as its object. Functions that return
/// a pointer return a negative errno instead of NULL. Not to be called for one object by two threads at a time.
public final class Libbpf {
    /// `struct bpf_object_open_opts` of libbpf 1.0, the fields in use.
    private static final StructLayout OPEN_OPTIONS = MemoryLayout.structLayout(
            JAVA_LONG.withName("sz"),
            ADDRESS.withName("object_name"),
            JAVA_BOOLEAN.withName("relaxed_maps"),
            MemoryLayout.paddingLayout(7),
            ADDRESS.withName("pin_root_path"),
            MemoryLayout.paddingLayout(8),
            ADDRESS.withName("kconfig"),
            ADDRESS.withName("btf_custom_path"),
            ADDRESS.withName("kernel_log_buf"),
            JAVA_LONG.withName("kernel_log_size"),
            JAVA_INT.withName("kernel_log_level"),
            MemoryLayout.paddingLayout(4));

    private static final VarHandle SZ = field("sz");
    private static final VarHandle OBJECT_NAME = field("object_name");
    private static final VarHandle KERNEL_LOG_BUFFER = field("kernel_log_buf");
    private static final VarHandle KERNEL_LOG_SIZE = field("kernel_log_size");

    private static final NativeFunctions LIBBPF = LibbpfLibrary.FUNCTIONS;
    private static final MethodHandle OPEN_MEM = LIBBPF.find(
            "bpf_object__open_mem",
            FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_LONG, ADDRESS),
            NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle LOAD = LIBBPF.find("bpf_object__load", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle CLOSE = LIBBPF.find("bpf_object__close", FunctionDescriptor.ofVoid(ADDRESS));
    private static final MethodHandle NEXT_PROGRAM =
            LIBBPF.find("bpf_object__next_program", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle NEXT_MAP =
            LIBBPF.find("bpf_object__next_map", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle PROGRAM_NAME =
            LIBBPF.find("bpf_program__name", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle PROGRAM_SECTION =
            LIBBPF.find("bpf_program__section_name", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle PROGRAM_FD = pointerToInt("bpf_program__fd");
    private static final MethodHandle MAP_NAME = LIBBPF.find("bpf_map__name", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle MAP_FD = pointerToInt("bpf_map__fd");
    private static final MethodHandle MAP_TYPE = pointerToInt("bpf_map__type");
    private static final MethodHandle MAP_FLAGS = pointerToInt("bpf_map__map_flags");
    private static final MethodHandle MAP_KEY_SIZE = pointerToInt("bpf_map__key_size");
    private static final MethodHandle MAP_VALUE_SIZE = pointerToInt("bpf_map__value_size");
    private static final MethodHandle MAP_MAX_ENTRIES = pointerToInt("bpf_map__max_entries");
    private static final MethodHandle MAP_SET_MAX_ENTRIES =
            LIBBPF.find("bpf_map__set_max_entries", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private static final MethodHandle MAP_REUSE_FD =
            LIBBPF.find("bpf_map__reuse_fd", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT));

    private Libbpf() {}

    private static VarHandle field(String name) {
        return OPEN_OPTIONS.varHandle(PathElement.groupElement(name));
    }

    private static MethodHandle pointerToInt(String name) {
        return LIBBPF.find(name, FunctionDescriptor.of(JAVA_INT, ADDRESS));
    }

    /// Reads an ELF file's programs and maps, without the kernel.
    ///
    /// @param elf the file's bytes, unchanged until the object is closed
    /// @param name the object's name, part of the names of its data maps
    /// @param log memory for what the verifier says if a program of the object does not load, as long as the object
    /// @param arena owner of the options, as long as the object
    /// @return the object
    public static long open(MemorySegment elf, String name, MemorySegment log, Arena arena) {
        MemorySegment options = arena.allocate(OPEN_OPTIONS);
        SZ.set(options, 0L, OPEN_OPTIONS.byteSize());
        OBJECT_NAME.set(options, 0L, arena.allocateFrom(name));
        KERNEL_LOG_BUFFER.set(options, 0L, log);
        KERNEL_LOG_SIZE.set(options, 0L, log.byteSize());
        MemorySegment state = NativeFunctions.errorState(arena);
        try {
            var object = (MemorySegment) OPEN_MEM.invokeExact(state, elf, elf.byteSize(), options);
            return object.address() == 0 ? NativeFunctions.negativeErrno(state) : object.address();
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Lets an object that is not loaded yet share a map that is in the kernel; the descriptor is duplicated.
    public static int reuseMap(long map, int fd) {
        try {
            return (int) MAP_REUSE_FD.invokeExact(MemorySegment.ofAddress(map), fd);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Makes the object's maps and loads its programs. On failure nothing of it stays in the kernel.
    public static int load(long object) {
        return intOf(LOAD, object);
    }

    /// Frees the object, with its programs' and maps' file descriptors.
    public static void close(long object) {
        try {
            CLOSE.invokeExact(MemorySegment.ofAddress(object));
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @param program the program before it; 0 for the first
    /// @return the next program of the object; 0 after the last
    public static long nextProgram(long object, long program) {
        return next(NEXT_PROGRAM, object, program);
    }

    /// @param map the map before it; 0 for the first
    /// @return the next map of the object; 0 after the last
    public static long nextMap(long object, long map) {
        return next(NEXT_MAP, object, map);
    }

    public static String programName(long program) {
        return text(PROGRAM_NAME, program);
    }

    public static String programSection(long program) {
        return text(PROGRAM_SECTION, program);
    }

    public static int programDescriptor(long program) {
        return intOf(PROGRAM_FD, program);
    }

    public static String mapName(long map) {
        return text(MAP_NAME, map);
    }

    public static int mapDescriptor(long map) {
        return intOf(MAP_FD, map);
    }

    public static int mapType(long map) {
        return intOf(MAP_TYPE, map);
    }

    public static int mapFlags(long map) {
        return intOf(MAP_FLAGS, map);
    }

    public static int mapKeySize(long map) {
        return intOf(MAP_KEY_SIZE, map);
    }

    public static int mapValueSize(long map) {
        return intOf(MAP_VALUE_SIZE, map);
    }

    public static int mapMaxEntries(long map) {
        return intOf(MAP_MAX_ENTRIES, map);
    }

    /// Changes the number of entries before the object is loaded.
    public static int setMapMaxEntries(long map, int maxEntries) {
        try {
            return (int) MAP_SET_MAX_ENTRIES.invokeExact(MemorySegment.ofAddress(map), maxEntries);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    private static int intOf(MethodHandle function, long pointer) {
        try {
            return (int) function.invokeExact(MemorySegment.ofAddress(pointer));
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    private static long next(MethodHandle function, long object, long previous) {
        try {
            var found = (MemorySegment)
                    function.invokeExact(MemorySegment.ofAddress(object), MemorySegment.ofAddress(previous));
            return found.address();
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    private static String text(MethodHandle function, long pointer) {
        try {
            var characters = (MemorySegment) function.invokeExact(MemorySegment.ofAddress(pointer));
            return characters.reinterpret(Long.MAX_VALUE).getString(0);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }
}
