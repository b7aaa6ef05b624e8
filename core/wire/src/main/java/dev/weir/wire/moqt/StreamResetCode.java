// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// Data stream reset codes (draft-18 section 13.4.4).
public enum StreamResetCode {
    INTERNAL_ERROR(0x0),
    CANCELLED(0x1),
    DELIVERY_TIMEOUT(0x2),
    SESSION_CLOSED(0x3),
    GOING_AWAY(0x4),
    TOO_FAR_BEHIND(0x5),
    UNKNOWN_OBJECT_STATUS(0x6),
    EXPIRED_AUTH_TOKEN(0x7),
    EXCESSIVE_LOAD(0x9),
    MALFORMED_TRACK(0x12);

    private final long code;

    StreamResetCode(long code) {
        this.code = code;
    }

    /// The number on the wire.
    public long code() {
        return code;
    }
}
