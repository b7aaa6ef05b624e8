// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/// libbpf's static linker.
public final class LibbpfLinker {
    private static final NativeFunctions LIBBPF = LibbpfLibrary.FUNCTIONS;
    private static final MethodHandle NEW = LIBBPF.find(
            "bpf_linker__new", FunctionDescriptor.of(ADDRESS, ADDRESS, ADDRESS), NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle ADD_FILE =
            LIBBPF.find("bpf_linker__add_file", FunctionDescriptor.of(JAVA_INT, ADDRESS, ADDRESS, ADDRESS));
    private static final MethodHandle FINALIZE =
            LIBBPF.find("bpf_linker__finalize", FunctionDescriptor.of(JAVA_INT, ADDRESS));
    private static final MethodHandle FREE = LIBBPF.find("bpf_linker__free", FunctionDescriptor.ofVoid(ADDRESS));

    private LibbpfLinker() {}

    /// Links files into one.
    ///
    /// @param output path of the result, which is overwritten
    /// @param inputs paths
    /// @param failed receives the index of the input that could not be added
    /// @return 0, or a negative errno
    public static int link(String output, List<String> inputs, AtomicInteger failed) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            var linker = (MemorySegment) NEW.invokeExact(state, arena.allocateFrom(output), MemorySegment.NULL);
            if (linker.address() == 0) {
                return NativeFunctions.negativeErrno(state);
            }
            try {
                for (int i = 0; i < inputs.size(); i++) {
                    int result = (int) ADD_FILE.invokeExact(linker, arena.allocateFrom(inputs.get(i)), MemorySegment.NULL);
                    if (result < 0) {
                        failed.set(i);
                        return result;
                    }
                }
                return (int) FINALIZE.invokeExact(linker);
            } finally {
                FREE.invokeExact(linker);
            }
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }
}
