// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A box of ISO/IEC 14496-12: size, type, content.
///
/// @param type four characters
/// @param content what follows the type
record Mp4Box(String type, ByteBuffer content) {
    private static final int HEADER = 8;

    /// The boxes in a row.
    static List<Mp4Box> all(ByteBuffer bytes) {
        var boxes = new ArrayList<Mp4Box>();
        ByteBuffer in = bytes.duplicate();
        while (in.remaining() >= HEADER) {
            int size = in.getInt(in.position());
            if (size < HEADER || size > in.remaining()) {
                throw malformed("a box of " + size + " bytes inside " + in.remaining());
            }
            boxes.add(new Mp4Box(typeAt(in.array(), in.arrayOffset() + in.position() + Integer.BYTES),
                    in.slice(in.position() + HEADER, size - HEADER)));
            in.position(in.position() + size);
        }
        return boxes;
    }

    static String typeAt(byte[] bytes, int offset) {
        return new String(bytes, offset, Integer.BYTES, StandardCharsets.ISO_8859_1);
    }

    static BenchException malformed(String what) {
        return new BenchException("ffmpeg's MP4 has " + what + "; try the file with 'ffmpeg -i FILE -f null -' and a newer ffmpeg.");
    }

    List<Mp4Box> children() {
        return all(content);
    }

    List<Mp4Box> children(String wanted) {
        return children().stream().filter(box -> box.type.equals(wanted)).toList();
    }

    @Nullable Mp4Box find(String... path) {
        Mp4Box box = this;
        for (String step : path) {
            box = box == null ? null : box.children(step).stream().findFirst().orElse(null);
        }
        return box;
    }

    Mp4Box get(String... path) {
        Mp4Box box = find(path);
        if (box == null) {
            throw malformed("no box " + String.join("/", path) + " in " + type);
        }
        return box;
    }

    /// Of a full box: its version.
    int version() {
        return content.get(0) & 0xff;
    }

    /// Of a full box: its flags.
    int flags() {
        return content.getInt(0) & 0xff_ffff;
    }
}
