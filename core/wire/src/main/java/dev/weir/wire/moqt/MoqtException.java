// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// The peer's bytes are not MoQT draft-18. The session is to be closed with [#code].
public final class MoqtException extends RuntimeException {
    private final SessionError error;

    /// @param error the session error code to close with
    /// @param message what is wrong, as a sentence
    public MoqtException(SessionError error, String message) {
        super(message);
        this.error = error;
    }

    /// Which session error it is.
    public SessionError error() {
        return error;
    }

    /// Its code on the wire.
    public long code() {
        return error.code();
    }

    static MoqtException violation(String message) {
        return new MoqtException(SessionError.PROTOCOL_VIOLATION, message);
    }
}
