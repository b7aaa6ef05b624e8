// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;

/// Takes the objects of a track in order and puts the content together. Not thread-safe.
interface ContentReceiver {
    /// The next object.
    ///
    /// @throws dev.weir.wire.moqt.MoqtException if its payload is not what the track says it is
    void object(Location location, byte[] payload);

    /// Objects are missing in front of the next one.
    void gap();

    /// Nothing more comes.
    default void finish() {}

    /// @param content what the objects are
    /// @param output takes the content
    static ContentReceiver of(TrackContent content, ContentOutput output) {
        return switch (content) {
            case OPAQUE, SYNTHETIC -> new Payloads(output);
            case VIDEO_FRAGMENTS -> new Fragments(output);
            case VIDEO_CHUNKS -> new FragmentAssembler(output);
            case H264_FRAMES, VP8_FRAMES -> throw new IllegalArgumentException("frames by layer have gaps and are ordered by LayeredFrames");
        };
    }

    /// Payloads one behind the other.
    record Payloads(ContentOutput output) implements ContentReceiver {
        @Override
        public void object(Location location, byte[] payload) {
            output.write(payload);
        }

        @Override
        public void gap() {
            output.incomplete("objects");
        }
    }

    /// Initialization segment once, then all fragments.
    final class Fragments implements ContentReceiver {
        private final ContentOutput output;
        private boolean begun;

        Fragments(ContentOutput output) {
            this.output = output;
        }

        @Override
        public void object(Location location, byte[] payload) {
            if (location.object() != 0 || !begun) {
                output.write(payload);
            }
            begun = true;
        }

        @Override
        public void gap() {
            output.incomplete("fragments");
        }
    }
}
