// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Cuts H.264 in Annex B into access units, each of which must begin with an access unit delimiter (x264's `aud=1`). Put
/// together they are the stream again, byte for byte. Not thread-safe.
final class AnnexBReader implements FrameReader {
    private static final int CHUNK = 1 << 16;
    /// No frame is that large.
    private static final int LARGEST_FRAME = 1 << 26;
    private static final int START_CODE = 3;
    private static final int TYPE = 0x1f;
    private static final int REFERENCE_IDC = 0x60;
    /// NAL unit types of ITU-T H.264 table 7-1: slices are 1 to 5.
    private static final int SLICE = 1;
    private static final int SLICE_OF_KEY_FRAME = 5;
    private static final int ACCESS_UNIT_DELIMITER = 9;

    private final InputStream in;
    private byte[] buffer = new byte[0];
    private boolean ended;

    AnnexBReader(InputStream in) {
        this.in = in;
    }

    @Override
    public @Nullable CodedFrame next() {
        // The first delimiter begins this access unit; the search for the next one starts behind it.
        int from = START_CODE + 1;
        int end = delimiter(from);
        while (end < 0 && !ended) {
            from = Math.max(START_CODE + 1, buffer.length - START_CODE - 1);
            fill();
            end = delimiter(from);
        }
        if (buffer.length == 0) {
            return null;
        }
        if (delimiter(0) != 0) {
            throw malformed("an access unit without a delimiter");
        }
        end = end < 0 ? buffer.length : end;
        byte[] accessUnit = Arrays.copyOf(buffer, end);
        buffer = Arrays.copyOfRange(buffer, end, buffer.length);
        return new CodedFrame(accessUnit, layerOf(accessUnit));
    }

    /// Where the next delimiter begins, with its start code and the zero byte before that; -1: not in the buffer.
    private int delimiter(int from) {
        for (int at = nalUnit(buffer, from); at >= 0; at = nalUnit(buffer, at)) {
            if (at == buffer.length) {
                return -1;
            }
            if ((buffer[at] & TYPE) == ACCESS_UNIT_DELIMITER) {
                int start = at - START_CODE;
                return start > 0 && buffer[start - 1] == 0 ? start - 1 : start;
            }
        }
        return -1;
    }

    private void fill() {
        if (buffer.length > LARGEST_FRAME) {
            throw malformed("an access unit of more than " + LARGEST_FRAME + " bytes");
        }
        byte[] more = new byte[CHUNK];
        try {
            int count = in.read(more, 0, CHUNK);
            ended = count < 0;
            if (count > 0) {
                int before = buffer.length;
                buffer = Arrays.copyOf(buffer, before + count);
                System.arraycopy(more, 0, buffer, before, count);
            }
        } catch (IOException e) {
            throw new BenchException("Cannot read the video (" + e.getMessage() + "); publish it again.", e);
        }
    }

    /// What an access unit is to the others, from the headers of its slices: the key frame if one is of an IDR picture,
    /// droppable if none is a reference (nal_ref_idc 0). One without slices is kept with the reference frames.
    static FrameLayer layerOf(byte[] accessUnit) {
        int slices = 0;
        int references = 0;
        for (int at = nalUnit(accessUnit, 0); at >= 0 && at < accessUnit.length; at = nalUnit(accessUnit, at)) {
            int type = accessUnit[at] & TYPE;
            if (type == SLICE_OF_KEY_FRAME) {
                return FrameLayer.KEY;
            }
            if (type >= SLICE && type < SLICE_OF_KEY_FRAME) {
                slices++;
                references += (accessUnit[at] & REFERENCE_IDC) != 0 ? 1 : 0;
            }
        }
        return slices > 0 && references == 0 ? FrameLayer.DROPPABLE : FrameLayer.REFERENCE;
    }

    /// Where the header of the next NAL unit is, behind its start code 00 00 01; -1: there is no start code.
    private static int nalUnit(byte[] bytes, int from) {
        for (int at = from; at + START_CODE <= bytes.length; at++) {
            if (bytes[at] == 0 && bytes[at + 1] == 0 && bytes[at + 2] == 1) {
                return at + START_CODE;
            }
        }
        return -1;
    }

    private static BenchException malformed(String what) {
        return new BenchException("ffmpeg's H.264 has " + what + "; try the file with 'ffmpeg -i FILE -f null -' and a newer ffmpeg.");
    }
}
