// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;

/// A fragmented MP4 made by hand, with one track.
final class TestMp4 {
    private static final int TIMESCALE = 1000;
    private static final int NOT_SYNC = 0x0101_0000;
    private static final int SYNC = 0x0200_0000;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final Random random = new Random(7);

    TestMp4() {
        bytes.writeBytes(box("ftyp", "isom".getBytes(StandardCharsets.US_ASCII)));
        byte[] header = ByteBuffer.allocate(84).putInt(0).putInt(0).putInt(0).putInt(1).array();
        byte[] media = ByteBuffer.allocate(24).putInt(0).putInt(0).putInt(0).putInt(TIMESCALE).array();
        bytes.writeBytes(box("moov", box("trak", box("tkhd", header), box("mdia", box("mdhd", media)))));
    }

    /// Adds a fragment with one frame.
    TestMp4 frame(boolean keyFrame, long millis, int size) {
        byte[] header = ByteBuffer.allocate(12).putInt(0x20).putInt(1).putInt(keyFrame ? SYNC : NOT_SYNC).array();
        byte[] time = ByteBuffer.allocate(12).putInt(0x0100_0000).putLong(millis).array();
        byte[] run = ByteBuffer.allocate(12).putInt(1).putInt(1).putInt(0).array();
        bytes.writeBytes(box("moof", box("mfhd", new byte[8]), box("traf", box("tfhd", header), box("tfdt", time), box("trun", run))));
        byte[] data = new byte[size];
        random.nextBytes(data);
        bytes.writeBytes(box("mdat", data));
        return this;
    }

    /// Adds a box behind the last fragment.
    TestMp4 trailer() {
        bytes.writeBytes(box("mfra", new byte[16]));
        return this;
    }

    byte[] bytes() {
        return bytes.toByteArray();
    }

    /// The video, or its first bytes only.
    VideoSource.AutoCloseableInput input(int length) {
        var stream = new ByteArrayInputStream(bytes.toByteArray(), 0, length);
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

    VideoSource.AutoCloseableInput input() {
        return input(bytes.size());
    }

    private static byte[] box(String type, byte[]... contents) {
        var out = new ByteArrayOutputStream();
        for (byte[] content : contents) {
            out.writeBytes(content);
        }
        return ByteBuffer.allocate(8 + out.size())
                .putInt(8 + out.size())
                .put(type.getBytes(StandardCharsets.US_ASCII))
                .put(out.toByteArray())
                .array();
    }
}
