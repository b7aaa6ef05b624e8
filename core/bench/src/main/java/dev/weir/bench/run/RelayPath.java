// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import java.util.Locale;

/// Who makes the copies; the value of `serve --path`.
public enum RelayPath {
    /// The kernel; the relay refuses to start where BPF is not available.
    KERNEL,
    /// User space.
    USERSPACE,
    /// The kernel where BPF is available, else user space.
    AUTO;

    /// @return the word on the command line and in reports
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
