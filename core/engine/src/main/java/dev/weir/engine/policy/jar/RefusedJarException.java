// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.policy.jar;

import org.jspecify.annotations.Nullable;

/// A jar is not loaded. The message is a sentence for the operator: why not, and what to do.
final class RefusedJarException extends Exception {
    private static final long serialVersionUID = 1;

    private final boolean isConflict;

    RefusedJarException(String message) {
        this(message, null);
    }

    RefusedJarException(String message, @Nullable Throwable cause) {
        super(message, cause);
        isConflict = false;
    }

    private RefusedJarException(String message, boolean isConflict) {
        super(message);
        this.isConflict = isConflict;
    }

    /// For a jar that does not go together with another one, and can be taken once that one is another or gone.
    static RefusedJarException conflict(String message) {
        return new RefusedJarException(message, true);
    }

    boolean isConflict() {
        return isConflict;
    }

    /// The sentence.
    String sentence() {
        return getMessage() == null ? "it was refused" : getMessage();
    }
}
