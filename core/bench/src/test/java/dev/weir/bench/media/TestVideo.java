// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// Twelve frames of 64x48 pixels in two groups, made by ffmpeg with the options of [Ffmpeg#frames] and a key frame every six
/// frames.
public final class TestVideo {
    private static final FrameLayer K = FrameLayer.KEY;
    private static final FrameLayer R = FrameLayer.REFERENCE;
    private static final FrameLayer D = FrameLayer.DROPPABLE;

    private TestVideo() {}

    /// The layers of its frames, in decode order.
    static List<FrameLayer> layers(VideoCodec codec) {
        return codec == VideoCodec.H264 ? List.of(K, R, D, D, R, D, K, R, D, D, R, D) : List.of(K, D, R, D, R, D, K, D, R, D, R, D);
    }

    static byte[] bytes(VideoCodec codec) {
        try (InputStream in = TestVideo.class.getResourceAsStream(codec == VideoCodec.H264 ? "layers.h264" : "layers.ivf")) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The video as it is published.
    public static LayeredSource source(VideoCodec codec, int payloadSize) {
        return new LayeredSource(input(bytes(codec)), codec, payloadSize);
    }

    static VideoSource.AutoCloseableInput input(byte[] bytes) {
        var stream = new ByteArrayInputStream(bytes);
        return new VideoSource.AutoCloseableInput() {
            @Override
            public InputStream stream() {
                return stream;
            }

            @Override
            public void close() {
                // Memory only.
            }
        };
    }

    static List<CodedFrame> frames(VideoCodec codec, InputStream in) {
        FrameReader reader = FrameReader.of(codec, in);
        var frames = new ArrayList<CodedFrame>();
        for (CodedFrame frame = reader.next(); frame != null; frame = reader.next()) {
            frames.add(frame);
        }
        return frames;
    }

    static List<SourceObject> drain(ObjectSource source) {
        var objects = new ArrayList<SourceObject>();
        for (SourceObject object = source.next(); object != null; object = source.next()) {
            objects.add(object);
        }
        return objects;
    }
}
