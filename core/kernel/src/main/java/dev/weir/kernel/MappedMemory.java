// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Memory that the kernel and this process see at the same time.
final class MappedMemory {
    static final int PAGE = Libc.pageSize();

    private MappedMemory() {}

    /// @param arena unmaps it when it is closed
    /// @param what for messages: "map lanes"
    static MemorySegment map(int fd, long offset, long length, boolean writable, Arena arena, String what) {
        long address = Libc.mapShared(fd, offset, length, writable);
        if (address < 0) {
            int errno = (int) -address;
            throw KernelException.of(
                    errno, "Cannot map " + length + " bytes of " + what, "check the limit for locked and for virtual memory");
        }
        MemorySegment memory = MemorySegment.ofAddress(address).reinterpret(length, arena, Libc::unmap);
        return writable ? memory : memory.asReadOnly();
    }

    static long roundUp(long bytes, long multiple) {
        return (bytes + multiple - 1) / multiple * multiple;
    }
}
