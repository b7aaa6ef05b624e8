// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import dev.weir.spi.FrameContent;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// H.264 RTP payloads (RFC 6184): single NAL units (section 5.6), STAP-A (5.7.1) and FU-A (5.8). The C source does the same.
///
/// Layer: 0 if the payload's nal_ref_idc says that other pictures need it, else 1. Independent: a slice of an IDR picture or a
/// sequence parameter set, its first fragment if it comes in several, or a STAP-A with one among its first eight NAL units.
/// Other payloads (interleaved mode, reserved types) are not known.
final class H264Payload {
    private static final int TYPE = 0x1f;
    private static final int REFERENCE = 0x60;
    private static final int FRAGMENT_START = 0x80;

    private static final int IDR_SLICE = 5;
    private static final int SEQUENCE_PARAMETERS = 7;
    private static final int LAST_SINGLE = 23;
    private static final int STAP_A = 24;
    private static final int FU_A = 28;

    private static final int MOST_UNITS = 8;
    private static final int UNIT_LENGTH = 2;

    private H264Payload() {}

    /// Reads one payload.
    ///
    /// @param bytes an object's first bytes, to the limit
    /// @param at where the payload begins
    /// @return what it is, without a picture number; null if it is not known, or the bytes end within what has to be read
    static @Nullable FrameContent parse(ByteBuffer bytes, int at) {
        int first = byteAt(bytes, at);
        int type = first & TYPE;
        if (first < 0 || type == 0) {
            return null;
        }
        int layer = (first & REFERENCE) == 0 ? 1 : 0;
        if (type <= LAST_SINGLE) {
            return new FrameContent(layer, isEntry(type));
        }
        if (type == STAP_A) {
            return new FrameContent(layer, hasEntry(bytes, at + 1));
        }
        int fragment = type == FU_A ? byteAt(bytes, at + 1) : -1;
        return fragment < 0
                ? null
                : new FrameContent(layer, (fragment & FRAGMENT_START) != 0 && isEntry(fragment & TYPE));
    }

    /// @return the byte, or -1 behind the end
    private static int byteAt(ByteBuffer bytes, int at) {
        return at < bytes.limit() ? bytes.get(at) & 0xff : -1;
    }

    private static boolean isEntry(int type) {
        return type == IDR_SLICE || type == SEQUENCE_PARAMETERS;
    }

    /// Whether one of the NAL units of a STAP-A is where decoding can start, as far as its bytes show.
    private static boolean hasEntry(ByteBuffer bytes, int at) {
        for (int unit = 0; unit < MOST_UNITS; unit++) {
            int header = byteAt(bytes, at + UNIT_LENGTH);
            if (header < 0) {
                return false;
            }
            int length = byteAt(bytes, at) << 8 | byteAt(bytes, at + 1);
            if (length == 0) {
                return false;
            }
            if (isEntry(header & TYPE)) {
                return true;
            }
            at += UNIT_LENGTH + length;
        }
        return false;
    }
}
