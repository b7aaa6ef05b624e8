// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import org.jspecify.annotations.Nullable;

/// A setting cannot be used: exit code 2. The message is a sentence that names the key and says what it takes.
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /// @param sentence which key, why not, and what to write
    /// @param cause the exception behind it, if there is one
    public ConfigurationException(String sentence, @Nullable Throwable cause) {
        super(sentence, cause);
    }
}
