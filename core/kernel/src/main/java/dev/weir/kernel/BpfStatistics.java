// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.LibbpfCalls;
import dev.weir.kernel.ffi.Libc;
import java.util.concurrent.atomic.AtomicInteger;

/// Makes the kernel measure how long BPF programs run, for [BpfProgram#runStatistics], as long as it is open. It costs every
/// program on the machine some 20 ns a run.
///
/// It needs CAP_SYS_ADMIN, more than the data plane itself: without it this object exists and does nothing, so that a relay
/// with the smaller privileges works, without figures.
public final class BpfStatistics implements AutoCloseable {
    private static final int NONE = -1;

    private final AtomicInteger fd;

    private BpfStatistics(int fd) {
        this.fd = new AtomicInteger(fd);
    }

    /// Starts measuring.
    ///
    /// @return keeps it going
    /// @throws KernelException if the kernel refuses for another reason than missing privileges
    public static BpfStatistics enable() {
        int fd = LibbpfCalls.enableRunTimeStatistics();
        if (fd >= 0) {
            return new BpfStatistics(fd);
        }
        if (Errno.isPrivilege(-fd)) {
            return new BpfStatistics(NONE);
        }
        throw KernelException.of(-fd, "Cannot switch on the run time statistics of BPF programs", "use Linux 5.8 or newer");
    }

    /// @return whether this object makes the kernel measure; false without CAP_SYS_ADMIN, and once it is closed
    public boolean isEnabled() {
        return fd.get() != NONE;
    }

    /// Stops measuring, unless somebody else wants it.
    @Override
    public void close() {
        int open = fd.getAndSet(NONE);
        if (open != NONE) {
            Libc.close(open);
        }
    }
}
