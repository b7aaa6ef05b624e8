// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import org.jspecify.annotations.Nullable;

/// The relay cannot do what was asked. The message is a sentence for the operator: what, where, why, what to do.
public final class RelayException extends RuntimeException {
    /// What kind of trouble it is, for programs.
    public enum ErrorCode {
        /// The UDP address cannot be bound.
        ADDRESS_IN_USE,
        /// Certificate or key cannot be used.
        CERTIFICATE,
        /// BPF is not available, or the verifier refused the data plane.
        KERNEL,
        /// A limit of the relay is reached.
        LIMIT,
        /// Anything else.
        INTERNAL
    }

    private final ErrorCode code;

    /// @param code what kind of trouble
    /// @param message a sentence with the remedy
    /// @param cause the underlying exception, if there is one
    public RelayException(ErrorCode code, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
    }

    /// What kind of trouble it is.
    public ErrorCode code() {
        return code;
    }
}
