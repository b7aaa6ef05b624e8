// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import org.jspecify.annotations.Nullable;

/// A running relay could not be asked, or could not do what it was asked. The message is a sentence with a remedy.
public final class ControlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    ControlException(String message) {
        super(message);
    }

    ControlException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
