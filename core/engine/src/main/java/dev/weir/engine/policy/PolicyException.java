// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy;

import org.jspecify.annotations.Nullable;

/// A policy could not be put in force, or something else that an operator asked for could not be done. The message is a
/// sentence with a remedy.
public final class PolicyException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public PolicyException(String message) {
        super(message);
    }

    public PolicyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
