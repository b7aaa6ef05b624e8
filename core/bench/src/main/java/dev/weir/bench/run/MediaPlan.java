// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.media.LayeredSource;
import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.SyntheticSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.media.VideoCodec;
import dev.weir.bench.media.VideoSource;
import dev.weir.spi.DeliveryMode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// What a publisher will send.
sealed interface MediaPlan {
    /// @return length, seconds
    int seconds();

    /// @return a word for reports
    String word();

    /// What the objects will be in a delivery mode.
    TrackContent content(DeliveryMode mode);

    /// Opens the source.
    ///
    /// @param largestPayload bytes that fit one object
    ObjectSource open(DeliveryMode mode, int largestPayload);

    /// Says what is special about the source, as a sentence; null: nothing.
    default @Nullable String remark(int largestPayload) {
        return null;
    }

    /// Checksummed objects.
    record Synthetic(SyntheticLoad load, int seconds) implements MediaPlan {
        @Override
        public String word() {
            return "synthetic";
        }

        @Override
        public TrackContent content(DeliveryMode mode) {
            return TrackContent.SYNTHETIC;
        }

        @Override
        public ObjectSource open(DeliveryMode mode, int largestPayload) {
            return new SyntheticSource(load.rate(), Math.min(load.size(), largestPayload), seconds);
        }

        @Override
        public @Nullable String remark(int largestPayload) {
            return load.size() <= largestPayload ? null
                    : "Objects have " + largestPayload + " bytes instead of " + load.size() + ": the largest that fit one datagram.";
        }
    }

    /// A video, from a file that was made before or from an ffmpeg that makes it now.
    record Video(VideoInput input, int seconds) implements MediaPlan {
        /// Opens the fragmented MP4, from its beginning.
        @FunctionalInterface
        interface VideoInput {
            VideoSource.AutoCloseableInput open();
        }

        static Video of(Path mp4, int seconds) {
            return new Video(() -> FileInput.open(mp4), seconds);
        }

        static Video live(@Nullable Path media, int seconds) {
            return new Video(() -> Ffmpeg.of(media, seconds), seconds);
        }

        @Override
        public String word() {
            return "video";
        }

        @Override
        public TrackContent content(DeliveryMode mode) {
            return mode == DeliveryMode.STREAM ? TrackContent.VIDEO_FRAGMENTS : TrackContent.VIDEO_CHUNKS;
        }

        @Override
        public ObjectSource open(DeliveryMode mode, int largestPayload) {
            return mode == DeliveryMode.STREAM
                    ? VideoSource.fragments(input.open())
                    : VideoSource.chunks(input.open(), largestPayload);
        }
    }

    /// A video whose frames are published by layer.
    ///
    /// @param input frames in the codec's format
    record Layered(Video.VideoInput input, VideoCodec codec, int seconds) implements MediaPlan {
        static Layered live(VideoCodec codec, @Nullable Path media, int seconds) {
            return new Layered(() -> Ffmpeg.frames(codec, media, seconds), codec, seconds);
        }

        @Override
        public String word() {
            return "video by layer";
        }

        @Override
        public TrackContent content(DeliveryMode mode) {
            return codec.content();
        }

        @Override
        public ObjectSource open(DeliveryMode mode, int largestPayload) {
            return new LayeredSource(input.open(), codec, largestPayload);
        }
    }

    /// A file.
    record FileInput(InputStream stream) implements VideoSource.AutoCloseableInput {
        static FileInput open(Path file) {
            try {
                return new FileInput(new BufferedInputStream(Files.newInputStream(file)));
            } catch (IOException e) {
                throw new BenchException("Cannot read the video " + file + " (" + e.getMessage() + "); name a file that you may read.", e);
            }
        }

        @Override
        public void close() {
            try {
                stream.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
