// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import org.jspecify.annotations.Nullable;

/// Message types of draft-18 (section 9).
public enum MessageType {
    REQUEST_UPDATE(0x02),
    SUBSCRIBE(0x03),
    SUBSCRIBE_OK(0x04),
    REQUEST_ERROR(0x05),
    PUBLISH_NAMESPACE(0x06),
    REQUEST_OK(0x07),
    PUBLISH_DONE(0x0B),
    TRACK_STATUS(0x0D),
    GOAWAY(0x10),
    FETCH(0x16),
    PUBLISH(0x1D),
    SUBSCRIBE_NAMESPACE(0x50),
    SUBSCRIBE_TRACKS(0x51),
    SETUP(0x2F00);

    private final long code;

    MessageType(long code) {
        this.code = code;
    }

    /// The number on the wire.
    public long code() {
        return code;
    }

    static @Nullable MessageType of(long code) {
        for (MessageType type : values()) {
            if (type.code == code) {
                return type;
            }
        }
        return null;
    }
}
