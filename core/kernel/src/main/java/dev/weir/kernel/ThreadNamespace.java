// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libc;
import java.nio.file.Path;

/// Moves threads between network namespaces.
public final class ThreadNamespace {
    private ThreadNamespace() {}

    /// Moves the calling platform thread into a network namespace. Sockets it opens, threads and processes it starts from
    /// then on are in that namespace. Needs CAP_SYS_ADMIN.
    ///
    /// @param namespaceFile the namespace's file: `/run/netns/<name>`, or `/proc/<pid>/ns/net`
    /// @throws KernelException if the file is no network namespace or privileges are missing
    /// @throws IllegalStateException on a virtual thread, which would leave its carrier there
    public static void enter(Path namespaceFile) {
        if (Thread.currentThread().isVirtual()) {
            throw new IllegalStateException(
                    "A virtual thread cannot enter a network namespace: it shares its carrier with others; use a platform thread.");
        }
        int fd = Libc.open(namespaceFile.toString());
        if (fd < 0) {
            throw KernelException.of(
                    -fd, "Cannot open the network namespace " + namespaceFile, "make it first, with 'ip netns add'");
        }
        int result = Libc.enterNetworkNamespace(fd);
        Libc.close(fd);
        if (result < 0) {
            String action = "Cannot enter the network namespace " + namespaceFile;
            throw -result == Errno.EPERM
                    ? new KernelException(-result, action + " (EPERM: not permitted); run as root, or with CAP_SYS_ADMIN.")
                    : KernelException.of(-result, action, "name a file below /run/netns or /proc/<pid>/ns/net");
        }
    }
}
