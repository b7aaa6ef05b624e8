// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/// The IVF container: a file header, then every frame behind a header with its size and time. Numbers are little-endian.
final class Ivf {
    /// Bytes of the file's header.
    static final int FILE_HEADER = 32;
    /// Bytes of a frame's header.
    static final int FRAME_HEADER = 12;

    private static final byte[] MAGIC = "DKIF".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] VP8 = "VP80".getBytes(StandardCharsets.US_ASCII);

    private Ivf() {}

    /// A file's header; it does not say how many frames there are.
    ///
    /// @param width picture, pixels
    /// @param height picture, pixels
    /// @param rate frames per second; the time of a frame is then its number
    static byte[] fileHeader(int width, int height, int rate) {
        return ByteBuffer.allocate(FILE_HEADER).order(ByteOrder.LITTLE_ENDIAN)
                .put(MAGIC).putShort((short) 0).putShort((short) FILE_HEADER).put(VP8)
                .putShort((short) width).putShort((short) height).putInt(rate).putInt(1)
                .array();
    }

    static boolean isVp8(byte[] fileHeader) {
        return fileHeader.length == FILE_HEADER
                && ByteBuffer.wrap(fileHeader, 0, MAGIC.length).equals(ByteBuffer.wrap(MAGIC))
                && ByteBuffer.wrap(fileHeader, 8, VP8.length).equals(ByteBuffer.wrap(VP8));
    }

    /// @param time of the frame, in units of the file's rate
    static byte[] frameHeader(int size, long time) {
        return ByteBuffer.allocate(FRAME_HEADER).order(ByteOrder.LITTLE_ENDIAN).putInt(size).putLong(time).array();
    }
}
