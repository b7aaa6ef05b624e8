// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel.ffi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// The system calls that Java has no class for. Results are those of the call, or a negative errno.
public final class Libc {
    private static final int O_RDONLY = 0;
    private static final int O_CLOEXEC = 0x80000;
    private static final int PROT_READ = 1;
    private static final int PROT_WRITE = 2;
    private static final int MAP_SHARED = 1;
    private static final int CLONE_NEWNET = 0x40000000;
    private static final int AF_NETLINK = 16;
    private static final int SOCK_RAW = 3;
    private static final int SOCK_CLOEXEC = 0x80000;
    private static final int NETLINK_ROUTE = 0;
    private static final int MFD_CLOEXEC = 1;

    private static final NativeFunctions LIBC =
            new NativeFunctions(NativeFunctions.LINKER.defaultLookup(), "The C library lacks a function that Weir needs.");
    private static final MethodHandle OPEN = LIBC.find(
            "open",
            FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
            NativeFunctions.ERRNO_OPTION,
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = LIBC.find("close", FunctionDescriptor.of(JAVA_INT, JAVA_INT));
    private static final MethodHandle SETNS =
            LIBC.find("setns", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT), NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle MMAP = LIBC.find(
            "mmap",
            FunctionDescriptor.of(JAVA_LONG, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG),
            NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle MUNMAP = LIBC.find("munmap", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
    private static final MethodHandle MEMFD_CREATE = LIBC.find(
            "memfd_create", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT), NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle GETPAGESIZE = LIBC.find("getpagesize", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle SOCKET = LIBC.find(
            "socket", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT), NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle SEND = LIBC.find(
            "send",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            NativeFunctions.ERRNO_OPTION);
    private static final MethodHandle RECV = LIBC.find(
            "recv",
            FunctionDescriptor.of(JAVA_LONG, JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
            NativeFunctions.ERRNO_OPTION);

    private Libc() {}

    /// Opens a file for reading.
    ///
    /// @return a file descriptor that children do not inherit
    public static int open(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), O_RDONLY | O_CLOEXEC, 0);
            return fd < 0 ? NativeFunctions.negativeErrno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Makes an empty file that is nowhere but in memory.
    ///
    /// @param name for diagnosis only
    /// @return a file descriptor that children do not inherit
    public static int memoryFile(String name) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            int fd = (int) MEMFD_CREATE.invokeExact(state, arena.allocateFrom(name), MFD_CLOEXEC);
            return fd < 0 ? NativeFunctions.negativeErrno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Closes a file descriptor. On Linux it is closed whatever the call returns, so there is no result.
    public static void close(int fd) {
        try {
            int _ = (int) CLOSE.invokeExact(fd);
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Moves the calling thread into the network namespace behind a file descriptor.
    public static int enterNetworkNamespace(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            int result = (int) SETNS.invokeExact(state, fd, CLONE_NEWNET);
            return result < 0 ? NativeFunctions.negativeErrno(state) : result;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Maps a file descriptor's memory, shared with the kernel.
    ///
    /// @return the address
    public static long mapShared(int fd, long offset, long length, boolean writable) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
            long address =
                    (long) MMAP.invokeExact(state, MemorySegment.NULL, length, protection, MAP_SHARED, fd, offset);
            return address == -1 ? NativeFunctions.negativeErrno(state) : address;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Ends a mapping; touching it afterwards ends the JVM.
    public static void unmap(MemorySegment mapping) {
        try {
            int _ = (int) MUNMAP.invokeExact(mapping, mapping.byteSize());
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return bytes of a page of memory
    public static int pageSize() {
        try {
            return (int) GETPAGESIZE.invokeExact();
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return the file descriptor of a new rtnetlink socket, in the calling thread's network namespace
    public static int openRouteSocket() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            int fd = (int) SOCKET.invokeExact(state, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
            return fd < 0 ? NativeFunctions.negativeErrno(state) : fd;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// @return bytes sent
    public static long send(int fd, MemorySegment message) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            long sent = (long) SEND.invokeExact(state, fd, message, message.byteSize(), 0);
            return sent < 0 ? NativeFunctions.negativeErrno(state) : sent;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }

    /// Waits for a message.
    ///
    /// @return bytes received
    public static long receive(int fd, MemorySegment buffer) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeFunctions.errorState(arena);
            long received = (long) RECV.invokeExact(state, fd, buffer, buffer.byteSize(), 0);
            return received < 0 ? NativeFunctions.negativeErrno(state) : received;
        } catch (Throwable t) {
            throw NativeFunctions.unexpected(t);
        }
    }
}
