// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import org.jspecify.annotations.Nullable;

/// A jar is not loaded. The message is a sentence for the operator: why not, and what to do.
final class RefusedJarException extends Exception {
    private static final long serialVersionUID = 1;

    RefusedJarException(String message) {
        super(message);
    }

    RefusedJarException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    /// The sentence.
    String sentence() {
        return getMessage() == null ? "it was refused" : getMessage();
    }
}
