// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import dev.weir.spi.FrameContent;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// VP8 RTP payloads: the payload descriptor (RFC 7741 section 4.2) and the first byte of the payload header (section 4.3).
/// `vp8_payload.h` does the same; this is the specification of both.
///
/// Layer: the temporal layer index TID; without one, 1 for a non-reference frame (bit N), else 0. Independent: the beginning of the
/// first partition (S set, PID 0) of a key frame (bit P of the payload header clear). Picture: the PictureID, 7 or 15 bits.
public final class Vp8Payload {
    /// First byte of the descriptor.
    private static final int EXTENDED = 0x80;
    private static final int NON_REFERENCE = 0x20;
    private static final int START_OF_PARTITION = 0x10;
    private static final int PARTITION = 0x07;

    /// Byte of the extension.
    private static final int HAS_PICTURE_ID = 0x80;
    private static final int HAS_TL0PICIDX = 0x40;
    private static final int HAS_TID = 0x20;
    private static final int HAS_KEYIDX = 0x10;

    private static final int LONG_PICTURE_ID = 0x80;
    private static final int TID_SHIFT = 6;

    /// First byte of the payload header: 0 in a key frame.
    private static final int INVERSE_KEY_FRAME = 0x01;

    private final ByteBuffer bytes;
    private int at;

    private Vp8Payload(ByteBuffer bytes, int at) {
        this.bytes = bytes;
        this.at = at;
    }

    /// Reads one payload.
    ///
    /// @param bytes an object's first bytes, to the limit
    /// @param at where the descriptor begins
    /// @return what it is; null if the bytes end within what has to be read
    public static @Nullable FrameContent parse(ByteBuffer bytes, int at) {
        return new Vp8Payload(bytes, at).read();
    }

    /// @return the next byte, or -1 behind the end
    private int next() {
        return at < bytes.limit() ? bytes.get(at++) & 0xff : -1;
    }

    private @Nullable FrameContent read() {
        int first = next();
        int extension = first >= 0 && (first & EXTENDED) != 0 ? next() : 0;
        if (first < 0 || extension < 0) {
            return null;
        }
        long picture = (extension & HAS_PICTURE_ID) != 0 ? pictureId() : FrameContent.UNKNOWN_PICTURE;
        boolean isPictureCut = (extension & HAS_PICTURE_ID) != 0 && picture < 0;
        if (isPictureCut || ((extension & HAS_TL0PICIDX) != 0 && next() < 0)) {
            return null;
        }
        int indices = (extension & (HAS_TID | HAS_KEYIDX)) != 0 ? next() : 0;
        boolean isStart = (first & (START_OF_PARTITION | PARTITION)) == START_OF_PARTITION;
        int header = isStart ? next() : INVERSE_KEY_FRAME;
        if (indices < 0 || header < 0) {
            return null;
        }
        int spared = (first & NON_REFERENCE) != 0 ? 1 : 0;
        int layer = (extension & HAS_TID) != 0 ? indices >> TID_SHIFT : spared;
        return new FrameContent(layer, (header & INVERSE_KEY_FRAME) == 0, picture);
    }

    /// @return the PictureID, or -1 if it is cut off
    private int pictureId() {
        int high = next();
        if ((high & LONG_PICTURE_ID) == 0 || high < 0) {
            return high;
        }
        int low = next();
        return low < 0 ? low : (high & ~LONG_PICTURE_ID) << 8 | low;
    }
}
