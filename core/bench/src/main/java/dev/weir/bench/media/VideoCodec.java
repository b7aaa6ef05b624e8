// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// How the frames of a track that is published by layer are coded (`--codec`).
public enum VideoCodec {
    /// H.264, written as Annex B (ITU-T H.264): every frame is an access unit with its start codes.
    H264(TrackContent.H264_FRAMES),
    /// VP8 (RFC 6386), written as IVF: every frame as the encoder made it, without IVF's header.
    VP8(TrackContent.VP8_FRAMES);

    private final TrackContent content;

    VideoCodec(TrackContent content) {
        this.content = content;
    }

    /// @return what such a track's objects are
    public TrackContent content() {
        return content;
    }
}
