// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;

/// What a VP8 frame says of itself in its header (RFC 6386 section 9).
///
/// @param key whether it is a key frame
/// @param width picture, pixels; 0 if it is no key frame
/// @param height picture, pixels; 0 if it is no key frame
/// @param kept whether it changes what later frames build on: the last, golden or altref picture, or the probabilities.
///     Loop filter deltas and segments do not count: with error resilience, as we encode, every frame brings its own.
record Vp8Header(boolean key, int width, int height, boolean kept) {
    private static final int TAG = 3;
    /// Behind the tag of a key frame: start code 9d 01 2a, width, height.
    private static final int KEY_FRAME_HEADER = 7;
    private static final int DIMENSION = 0x3fff;
    private static final int[] SEGMENT_VALUE_BITS = {7, 7, 7, 7, 6, 6, 6, 6};
    private static final int SEGMENT_PROBABILITIES = 3;
    private static final int LOOP_FILTER_DELTAS = 8;
    private static final int QUANTIZER_DELTAS = 5;

    /// @param frame a frame
    /// @throws BenchException if it is none
    static Vp8Header parse(byte[] frame) {
        boolean key = frame.length > 0 && (frame[0] & 1) == 0;
        int first = key ? TAG + KEY_FRAME_HEADER : TAG;
        if (frame.length < first + 2 || key && !(frame[3] == (byte) 0x9d && frame[4] == 0x01 && frame[5] == 0x2a)) {
            throw new BenchException("ffmpeg's VP8 has a frame without a header; try the file with 'ffmpeg -i FILE -f null -'"
                    + " and a newer ffmpeg.");
        }
        if (key) {
            return new Vp8Header(true, dimension(frame, 6), dimension(frame, 8), true);
        }
        return new Vp8Header(false, 0, 0, isKept(new BoolDecoder(frame, first)));
    }

    FrameLayer layer() {
        return key ? FrameLayer.KEY : kept ? FrameLayer.REFERENCE : FrameLayer.DROPPABLE;
    }

    private static int dimension(byte[] frame, int at) {
        return ((frame[at] & 0xff) | (frame[at + 1] & 0xff) << 8) & DIMENSION;
    }

    /// Reads the first partition of an inter frame as far as refresh_last (RFC 6386 section 19.2).
    private static boolean isKept(BoolDecoder in) {
        skipSegmentation(in);
        // Filter type, level, sharpness.
        in.bits(1 + 6 + 3);
        if (in.flag() && in.flag()) {
            skipOptional(in, LOOP_FILTER_DELTAS, 7);
        }
        // Number of partitions, base quantizer index.
        in.bits(2 + 7);
        skipOptional(in, QUANTIZER_DELTAS, 5);
        boolean golden = in.flag();
        boolean altref = in.flag();
        boolean copied = !golden && in.bits(2) != 0;
        copied |= !altref && in.bits(2) != 0;
        // Sign biases of the golden and the altref picture.
        in.bits(2);
        boolean probabilities = in.flag();
        boolean last = in.flag();
        return golden || altref || copied || probabilities || last;
    }

    private static void skipSegmentation(BoolDecoder in) {
        if (!in.flag()) {
            return;
        }
        boolean map = in.flag();
        if (in.flag()) {
            in.flag();
            for (int bits : SEGMENT_VALUE_BITS) {
                skipOptional(in, 1, bits + 1);
            }
        }
        if (map) {
            skipOptional(in, SEGMENT_PROBABILITIES, 8);
        }
    }

    private static void skipOptional(BoolDecoder in, int values, int bits) {
        for (int value = 0; value < values; value++) {
            if (in.flag()) {
                in.bits(bits);
            }
        }
    }
}
