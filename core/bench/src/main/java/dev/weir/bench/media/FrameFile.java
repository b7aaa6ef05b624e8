// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.io.ByteArrayOutputStream;

/// Makes a file that players read of frames: Annex B as they are, or IVF. Not thread-safe.
final class FrameFile {
    private final VideoCodec codec;
    private boolean begun;

    FrameFile(VideoCodec codec) {
        this.codec = codec;
    }

    /// @param number of the frame in the track; where frames are left out, the others keep their times
    /// @param frame the first one must be a key frame
    /// @return the bytes to write for it
    byte[] add(long number, byte[] frame) {
        if (codec == VideoCodec.H264) {
            return frame;
        }
        var out = new ByteArrayOutputStream(Ivf.FILE_HEADER + Ivf.FRAME_HEADER + frame.length);
        if (!begun) {
            Vp8Header key = Vp8Header.parse(frame);
            out.writeBytes(Ivf.fileHeader(key.width(), key.height(), Ffmpeg.FRAME_RATE));
            begun = true;
        }
        out.writeBytes(Ivf.frameHeader(frame.length, number));
        out.writeBytes(frame);
        return out.toByteArray();
    }
}
