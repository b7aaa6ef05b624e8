// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/// Makes method handles for the functions of one library.
final class NativeFunctions {
    static final Linker LINKER = Linker.nativeLinker();
    /// Makes a handle's first parameter a segment that receives `errno`; see [#errorState].
    static final Linker.Option ERRNO_OPTION = Linker.Option.captureCallState("errno");

    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CALL_STATE.varHandle(PathElement.groupElement("errno"));

    private final SymbolLookup library;
    private final String absence;

    /// @param library where the functions are
    /// @param absence sentence for a caller of a function that is not there
    NativeFunctions(SymbolLookup library, String absence) {
        this.library = library;
        this.absence = absence;
    }

    /// A handle for a function. One that is missing gets a handle that throws [UnsupportedOperationException] when it is
    /// called, so that a machine without the library learns so where it needs it, and not by an error in a class initialiser.
    MethodHandle find(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        Optional<MemorySegment> symbol = library.find(name);
        return symbol.isPresent()
                ? LINKER.downcallHandle(symbol.get(), descriptor, options)
                : missing(name, descriptor, options);
    }

    private MethodHandle missing(String name, FunctionDescriptor descriptor, Linker.Option... options) {
        MethodType type = Linker.nativeLinker().downcallHandle(descriptor, options).type().dropParameterTypes(0, 1);
        var lookup = MethodHandles.lookup();
        try {
            MethodHandle exception = lookup.findStatic(
                    NativeFunctions.class,
                    "absent",
                    MethodType.methodType(UnsupportedOperationException.class, String.class));
            MethodHandle thrower = MethodHandles.throwException(type.returnType(), UnsupportedOperationException.class);
            thrower = MethodHandles.collectArguments(thrower, 0, exception.bindTo(absence + " (" + name + ")"));
            return MethodHandles.dropArguments(thrower, 0, type.parameterList());
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("absent(String) is a method of this class", e);
        }
    }

    private static UnsupportedOperationException absent(String sentence) {
        return new UnsupportedOperationException(sentence);
    }

    /// @return memory for a captured errno
    static MemorySegment errorState(Arena arena) {
        return arena.allocate(CALL_STATE);
    }

    /// @return the errno that the last call left in `state`, as a negative number
    static int negativeErrno(MemorySegment state) {
        return -(int) ERRNO.get(state, 0L);
    }

    /// What a downcall can only throw if this package is wrong, and what it throws on purpose.
    static RuntimeException unexpected(Throwable thrown) {
        return switch (thrown) {
            case RuntimeException e -> e;
            case Error e -> throw e;
            default -> new IllegalStateException("a native call threw", thrown);
        };
    }
}
