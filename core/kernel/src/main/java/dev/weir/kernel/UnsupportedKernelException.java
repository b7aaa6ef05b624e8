// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

/// This machine lacks something that the data plane cannot do without; the relay can still serve from user space.
public final class UnsupportedKernelException extends KernelException {
    private static final long serialVersionUID = 1L;

    /// @param sentence what is missing and what to do about it
    public UnsupportedKernelException(String sentence) {
        super(0, sentence);
    }
}
