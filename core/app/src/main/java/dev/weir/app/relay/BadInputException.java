// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.relay;

import org.jspecify.annotations.Nullable;

/// Something the user named cannot be used. The message is a sentence with the remedy.
public final class BadInputException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param sentence what, where, why and what to do
    /// @param cause the exception behind it, if there is one
    public BadInputException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
