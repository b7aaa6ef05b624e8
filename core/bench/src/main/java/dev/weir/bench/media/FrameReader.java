// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Cuts what an encoder writes into frames. Not thread-safe.
interface FrameReader {
    /// @return the next frame in decode order; null at the end
    /// @throws dev.weir.bench.BenchException if there is something else than frames
    @Nullable CodedFrame next();

    /// @param codec how the frames are coded
    /// @param in what the encoder writes
    static FrameReader of(VideoCodec codec, InputStream in) {
        return switch (codec) {
            case H264 -> new AnnexBReader(in);
            case VP8 -> new IvfReader(in);
        };
    }
}
