// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import dev.weir.kernel.ffi.Libc;
import dev.weir.kernel.ffi.LibbpfCalls;

/// A program at an interface's tcx hook: at ingress it sees every packet before the network stack does, at egress after it.
///
/// The hook is a BPF link that only this process holds: it ends with [#close] and with the process, however that ends.
/// For any number of threads.
public final class TcxAttachment implements AutoCloseable {
    private static final int BPF_TCX_INGRESS = 46;
    private static final int BPF_TCX_EGRESS = 47;
    private static final int CLOSED = -1;

    private final int ifindex;
    private final String hook;
    private int link;
    private BpfProgram program;

    private TcxAttachment(int ifindex, String hook, int link, BpfProgram program) {
        this.ifindex = ifindex;
        this.hook = hook;
        this.link = link;
        this.program = program;
    }

    /// Attaches a program to what arrives, behind those that are at the hook already.
    ///
    /// @param program of section `tc` or `tcx/ingress`
    /// @param ifindex the interface, in the calling thread's network namespace
    /// @return the attachment
    /// @throws UnsupportedKernelException if the kernel has no tcx
    /// @throws KernelException if the interface is gone or privileges are missing
    public static TcxAttachment ingress(BpfProgram program, int ifindex) {
        return attach(program, ifindex, BPF_TCX_INGRESS, "ingress");
    }

    /// Attaches a program to what leaves, behind those that are at the hook already.
    ///
    /// @param program of section `tc` or `tcx/egress`
    /// @param ifindex the interface, in the calling thread's network namespace
    /// @return the attachment
    /// @throws UnsupportedKernelException if the kernel has no tcx
    /// @throws KernelException if the interface is gone or privileges are missing
    public static TcxAttachment egress(BpfProgram program, int ifindex) {
        return attach(program, ifindex, BPF_TCX_EGRESS, "egress");
    }

    private static TcxAttachment attach(BpfProgram program, int ifindex, int type, String hook) {
        int link = LibbpfCalls.createLink(program.fd(), ifindex, type);
        if (link == -Errno.EINVAL) {
            throw new UnsupportedKernelException("The kernel has no tcx hook for program " + program.name()
                    + " on interface " + ifindex + "; use Linux 6.6 or newer, and a program of section tc.");
        }
        if (link < 0) {
            throw KernelException.of(
                    -link,
                    "Cannot attach program " + program.name() + " to interface " + ifindex,
                    "name an interface of this network namespace");
        }
        return new TcxAttachment(ifindex, hook, link, program);
    }

    /// @return the interface
    public int ifindex() {
        return ifindex;
    }

    /// @return the program that runs
    public synchronized BpfProgram program() {
        return program;
    }

    /// Puts another program in the place of the one that runs, without a packet that sees neither (BPF_LINK_UPDATE with
    /// BPF_F_REPLACE). If it fails, the program before it goes on running.
    ///
    /// @param next the new program; its object must stay open
    /// @return false: the interface is gone, and there is nothing left to do but to close this
    /// @throws KernelException if the kernel refuses
    public synchronized boolean replace(BpfProgram next) {
        if (link == CLOSED) {
            throw new IllegalStateException("The attachment to interface " + ifindex + " is closed.");
        }
        int result = LibbpfCalls.updateLink(link, next.fd(), program.fd());
        if (result == -Errno.ENOLINK) {
            return false;
        }
        if (result < 0) {
            throw KernelException.of(
                    -result,
                    "Cannot replace program " + program.name() + " on interface " + ifindex + " by " + next.name(),
                    "check that the interface still exists and that the program is of the same kind");
        }
        program = next;
        return true;
    }

    /// Whether the interface is still the one that the program was attached to; another one may have its number by now.
    public synchronized boolean isInForce() {
        // The kernel takes the program that runs already for its own successor, and says if there is no interface to the link any more.
        return link != CLOSED && LibbpfCalls.updateLink(link, program.fd(), program.fd()) == 0;
    }

    /// Takes the program off the interface.
    @Override
    public synchronized void close() {
        if (link != CLOSED) {
            Libc.close(link);
            link = CLOSED;
        }
    }

    @Override
    public String toString() {
        return program() + " at " + hook + " of interface " + ifindex;
    }
}
