// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The shared library itself, looked for when a class of this package that needs it is first used, and what it says.
public final class LibbpfLibrary {
    /// The name under which every distribution installs libbpf 1.x.
    public static final String FILE_NAME = "libbpf.so.1";

    private static final Logger LOG = LoggerFactory.getLogger("dev.weir.kernel.libbpf");
    private static final String INSTALL = FILE_NAME
            + " is missing, or not in the dynamic linker's path; install libbpf (Debian and Ubuntu: apt-get install libbpf1).";
    private static final int MESSAGE_BYTES = 1 << 16;
    private static final int LAST_LEVEL_OF_INTEREST = 1; // LIBBPF_WARN = 0, LIBBPF_INFO = 1, LIBBPF_DEBUG = 2

    private static final @Nullable SymbolLookup LOOKUP = lookup();
    static final NativeFunctions FUNCTIONS = new NativeFunctions(
            LOOKUP == null ? _ -> Optional.empty() : LOOKUP,
            LOOKUP == null ? INSTALL : FILE_NAME + " lacks a function that Weir needs; install libbpf 1.0 or newer.");

    private static final MethodHandle VERSION =
            FUNCTIONS.find("libbpf_version_string", FunctionDescriptor.of(ADDRESS));
    private static final MethodHandle POSSIBLE_CPUS =
            FUNCTIONS.find("libbpf_num_possible_cpus", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle SET_PRINT =
            FUNCTIONS.find("libbpf_set_print", FunctionDescriptor.of(ADDRESS, ADDRESS));
    private static final MethodHandle VSNPRINTF = NativeFunctions.LINKER.downcallHandle(
            NativeFunctions.LINKER.defaultLookup().findOrThrow("vsnprintf"),
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS, ADDRESS));

    private static final ThreadLocal<@Nullable List<String>> MESSAGES = new ThreadLocal<>();

    static {
        if (LOOKUP != null) {
            redirectMessages();
        }
    }

    private LibbpfLibrary() {}

    private static @Nullable SymbolLookup lookup() {
        try {
            return SymbolLookup.libraryLookup(FILE_NAME, Arena.global());
        } catch (IllegalArgumentException e) {
            LOG.atDebug().setCause(e).log("libbpf not loaded");
            return null;
        }
    }

    /// @return null if libbpf is there, else a sentence with the remedy
    public static @Nullable String missing() {
        return LOOKUP == null ? INSTALL : null;
    }

    /// @return libbpf's version: `v1.1.2`, older releases leave the patch level out
    public static String version() {
        try {
            return ((MemorySegment) VERSION.invokeExact()).reinterpret(64).getString(0);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return number of values that a per-CPU map holds for each key, or a negative errno
    public static int possibleCpus() {
        try {
            return (int) POSSIBLE_CPUS.invokeExact();
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Runs calls of libbpf and keeps what it says meanwhile, on this thread, at level info or above.
    ///
    /// @return its messages, a line each
    public static List<String> messagesOf(Runnable calls) {
        var messages = new ArrayList<String>();
        MESSAGES.set(messages);
        try {
            calls.run();
        } finally {
            MESSAGES.remove();
        }
        return messages;
    }

    private static void redirectMessages() {
        try {
            MethodHandle target = MethodHandles.lookup().findStatic(
                    LibbpfLibrary.class,
                    "onMessage",
                    MethodType.methodType(int.class, int.class, MemorySegment.class, MemorySegment.class));
            MemorySegment stub = NativeFunctions.LINKER.upcallStub(
                    target, FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS, ADDRESS), Arena.global());
            var _ = (MemorySegment) SET_PRINT.invokeExact(stub);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// libbpf_print_fn_t. Its va_list is passed by reference on x86-64 and AArch64, hence as a pointer that vsnprintf takes.
    /// An exception that left it would end the JVM.
    private static int onMessage(int level, MemorySegment format, MemorySegment arguments) {
        if (level > LAST_LEVEL_OF_INTEREST) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(MESSAGE_BYTES);
            int length = (int) VSNPRINTF.invokeExact(text, text.byteSize(), format, arguments);
            List<String> messages = MESSAGES.get();
            for (String line : text.getString(0).split("\n")) {
                if (messages == null) {
                    LOG.atDebug().log(line);
                } else {
                    messages.add(line);
                }
            }
            return length;
        } catch (Throwable t) {
            return 0;
        }
    }
}
