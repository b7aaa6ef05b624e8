// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.SetupOption;
import dev.weir.wire.moqt.TrackProperties;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What the objects of a track are. Publishers say so in a track property of our own, which relays pass on unchanged.
public enum TrackContent {
    /// Anything; a publisher that does not say.
    OPAQUE,
    /// [SyntheticObject]s.
    SYNTHETIC,
    /// Fragmented MP4: object 0 of every group is the initialization segment, every other one a fragment.
    VIDEO_FRAGMENTS,
    /// Fragmented MP4 in pieces that fit one datagram: [FragmentChunk]s.
    VIDEO_CHUNKS,
    /// H.264 by layer: [FrameChunk]s of access units in Annex B.
    H264_FRAMES,
    /// VP8 by layer: [FrameChunk]s of frames.
    VP8_FRAMES;

    /// An even type, so the value is an integer, and none that a receiver must understand ("WEIR" in ASCII).
    private static final long PROPERTY = 0x5745_4952L;

    /// @return the track properties that say so
    public TrackProperties properties() {
        return TrackProperties.of(List.of(new SetupOption(PROPERTY, ordinal())));
    }

    /// @param properties a track's properties
    /// @return what they say
    public static TrackContent of(TrackProperties properties) {
        long value = KeyValues.number(properties.bytes(), PROPERTY, 0);
        return value > 0 && value < values().length ? values()[(int) value] : OPAQUE;
    }

    /// @return how the frames of a track that is published by layer are coded; null: it is not published by layer
    public @Nullable VideoCodec codec() {
        return switch (this) {
            case OPAQUE, SYNTHETIC, VIDEO_FRAGMENTS, VIDEO_CHUNKS -> null;
            case H264_FRAMES -> VideoCodec.H264;
            case VP8_FRAMES -> VideoCodec.VP8;
        };
    }
}
