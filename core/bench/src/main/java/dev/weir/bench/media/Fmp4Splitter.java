// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Cuts a fragmented MP4 (ISO/IEC 14496-12 section 8.8) into its initialization segment and its fragments, as it is read.
/// Put together they are the file again, byte for byte. Not thread-safe.
final class Fmp4Splitter {
    private static final int HEADER = 8;
    /// No frame is that large; a size beyond it is nonsense.
    private static final int LARGEST_BOX = 1 << 28;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final int NOT_A_KEY_FRAME = 0x1_0000;

    private static final int TFHD_BASE_DATA_OFFSET = 0x1;
    private static final int TFHD_DESCRIPTION_INDEX = 0x2;
    private static final int TFHD_DURATION = 0x8;
    private static final int TFHD_SIZE = 0x10;
    private static final int TFHD_FLAGS = 0x20;
    private static final int TRUN_DATA_OFFSET = 0x1;
    private static final int TRUN_FIRST_FLAGS = 0x4;
    private static final int TRUN_DURATION = 0x100;
    private static final int TRUN_SIZE = 0x200;
    private static final int TRUN_FLAGS = 0x400;

    private final InputStream in;
    private final Map<Integer, Integer> timescales = new HashMap<>();
    private final byte[] initializationSegment;
    private int firstTrack;
    private long lastMicros;

    /// Reads the initialization segment.
    ///
    /// @throws BenchException if there is none
    Fmp4Splitter(InputStream in) {
        this.in = in;
        var bytes = new ByteArrayOutputStream();
        String type = "";
        while (!type.equals("moov")) {
            byte[] box = readBox();
            if (box == null) {
                throw Mp4Box.malformed("no moov box");
            }
            bytes.writeBytes(box);
            type = Mp4Box.typeAt(box, Integer.BYTES);
            if (type.equals("moov")) {
                readTracks(Mp4Box.all(ByteBuffer.wrap(box)).getFirst());
            }
        }
        this.initializationSegment = bytes.toByteArray();
    }

    byte[] initializationSegment() {
        return initializationSegment;
    }

    private void readTracks(Mp4Box moov) {
        for (Mp4Box track : moov.children("trak")) {
            Mp4Box header = track.get("tkhd");
            Mp4Box media = track.get("mdia", "mdhd");
            int id = header.content().getInt(header.version() == 1 ? 20 : 12);
            timescales.put(id, Math.max(1, media.content().getInt(media.version() == 1 ? 20 : 12)));
            firstTrack = firstTrack == 0 ? id : firstTrack;
        }
    }

    /// @return the next fragment; boxes behind the last one count as one; null at the end
    /// @throws BenchException if the file is cut off or malformed
    @Nullable Fragment next() {
        var bytes = new ByteArrayOutputStream();
        boolean keyFrame = false;
        while (true) {
            byte[] box = readBox();
            if (box == null) {
                return bytes.size() == 0 ? null : new Fragment(bytes.toByteArray(), false, lastMicros);
            }
            bytes.writeBytes(box);
            switch (Mp4Box.typeAt(box, Integer.BYTES)) {
                case "moof" -> keyFrame = readMoof(Mp4Box.all(ByteBuffer.wrap(box)).getFirst());
                case "mdat" -> {
                    return new Fragment(bytes.toByteArray(), keyFrame, lastMicros);
                }
                default -> {
                    // styp, sidx and the like go with the fragment they stand before.
                }
            }
        }
    }

    /// Notes the decode time; tells whether a key frame of the first track begins here.
    private boolean readMoof(Mp4Box moof) {
        boolean keyFrame = false;
        for (Mp4Box traf : moof.children("traf")) {
            Mp4Box header = traf.get("tfhd");
            int track = header.content().getInt(4);
            Mp4Box time = traf.find("tfdt");
            if (time != null) {
                long ticks = time.version() == 1 ? time.content().getLong(4) : time.content().getInt(4) & 0xffff_ffffL;
                long micros = ticks * MICROS_PER_SECOND / timescales.getOrDefault(track, 1);
                lastMicros = Math.max(lastMicros, micros);
            }
            if (track == firstTrack) {
                keyFrame |= (firstSampleFlags(header, traf.children("trun")) & NOT_A_KEY_FRAME) == 0;
            }
        }
        return keyFrame;
    }

    private static int firstSampleFlags(Mp4Box tfhd, List<Mp4Box> truns) {
        if (!truns.isEmpty()) {
            ByteBuffer trun = truns.getFirst().content();
            int flags = truns.getFirst().flags();
            int at = 8 + size(flags, TRUN_DATA_OFFSET, 4);
            if ((flags & TRUN_FIRST_FLAGS) != 0) {
                return trun.getInt(at);
            }
            if ((flags & TRUN_FLAGS) != 0) {
                return trun.getInt(at + size(flags, TRUN_DURATION, 4) + size(flags, TRUN_SIZE, 4));
            }
        }
        int flags = tfhd.flags();
        int at = 8 + size(flags, TFHD_BASE_DATA_OFFSET, 8) + size(flags, TFHD_DESCRIPTION_INDEX, 4)
                + size(flags, TFHD_DURATION, 4) + size(flags, TFHD_SIZE, 4);
        return (flags & TFHD_FLAGS) != 0 ? tfhd.content().getInt(at) : NOT_A_KEY_FRAME;
    }

    private static int size(int flags, int flag, int bytes) {
        return (flags & flag) != 0 ? bytes : 0;
    }

    private byte @Nullable [] readBox() {
        try {
            byte[] header = in.readNBytes(HEADER);
            if (header.length == 0) {
                return null;
            }
            int size = header.length < HEADER ? 0 : ByteBuffer.wrap(header).getInt();
            if (size < HEADER || size > LARGEST_BOX) {
                throw Mp4Box.malformed("a box of " + Integer.toUnsignedString(size) + " bytes");
            }
            byte[] box = new byte[size];
            System.arraycopy(header, 0, box, 0, HEADER);
            if (in.readNBytes(box, HEADER, size - HEADER) < size - HEADER) {
                throw Mp4Box.malformed("a box that is cut off");
            }
            return box;
        } catch (IOException e) {
            throw new BenchException("Cannot read the video (" + e.getMessage() + "); try again, or name another file.", e);
        }
    }
}
