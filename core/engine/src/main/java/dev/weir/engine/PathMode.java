// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// Who makes the copies.
public enum PathMode {
    /// The kernel; starting fails where BPF is not available.
    KERNEL,
    /// User space only, over Kwik; no BPF is loaded.
    USERSPACE,
    /// The kernel where BPF is available, else user space with a warning that says why.
    AUTO
}
