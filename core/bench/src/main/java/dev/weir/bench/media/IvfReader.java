// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Cuts VP8 in IVF into frames. Not thread-safe.
final class IvfReader implements FrameReader {
    /// No frame is that large.
    private static final int LARGEST_FRAME = 1 << 26;

    private final InputStream in;

    /// Reads the file's header.
    ///
    /// @throws BenchException if there is none, or of another codec
    IvfReader(InputStream in) {
        this.in = in;
        byte[] header = read(Ivf.FILE_HEADER);
        if (!Ivf.isVp8(header)) {
            throw malformed("no header");
        }
    }

    @Override
    public @Nullable CodedFrame next() {
        byte[] header = read(Ivf.FRAME_HEADER);
        if (header.length == 0) {
            return null;
        }
        if (header.length < Ivf.FRAME_HEADER) {
            throw malformed("a frame header that is cut off");
        }
        int size = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN).getInt();
        if (size <= 0 || size > LARGEST_FRAME) {
            throw malformed("a frame of " + Integer.toUnsignedString(size) + " bytes");
        }
        byte[] frame = read(size);
        if (frame.length < size) {
            throw malformed("a frame that is cut off");
        }
        return new CodedFrame(frame, Vp8Header.parse(frame).layer());
    }

    private byte[] read(int count) {
        try {
            return in.readNBytes(count);
        } catch (IOException e) {
            throw new BenchException("Cannot read the video (" + e.getMessage() + "); publish it again.", e);
        }
    }

    private static BenchException malformed(String what) {
        return new BenchException("ffmpeg's IVF has " + what + "; try the file with 'ffmpeg -i FILE -f null -' and a newer ffmpeg.");
    }
}
