// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// The kernel, or libbpf on its behalf, refused something. The message is a sentence: what, why, and what to do about it.
public class KernelException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    static final String PRIVILEGE_REMEDY = "run as root, or with CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN";

    private final int errno;

    /// @param errno the kernel's error number, positive; 0 if there is none
    /// @param sentence what failed, why, and what to do about it
    public KernelException(int errno, String sentence) {
        super(sentence);
        this.errno = errno;
    }

    /// A failure whose remedy follows from the error number.
    ///
    /// @param errno positive
    /// @param action what could not be done, without a full stop: "Cannot read map lanes"
    /// @param remedy what to do, unless privileges are missing: "close other programs"
    static KernelException of(int errno, String action, String remedy) {
        String cure = Errno.isPrivilege(errno) ? PRIVILEGE_REMEDY : remedy;
        return new KernelException(errno, action + " (" + Errno.describe(errno) + "); " + cure + ".");
    }

    /// @return the kernel's error number, positive; 0 if there is none
    public int errno() {
        return errno;
    }
}
