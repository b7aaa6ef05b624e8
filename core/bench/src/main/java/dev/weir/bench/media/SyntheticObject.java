// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.bench.BenchException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/// An object that describes and checks itself: magic, CRC32C of what follows, sequence number, time of sending, filler.
///
/// @param sequence number of the object in its track, from 0
/// @param sendMicros time of sending, [WallClock#micros]
/// @param intact whether the checksum is right
public record SyntheticObject(long sequence, long sendMicros, boolean intact) {
    private static final int MAGIC = 0x57454952;
    private static final int CHECKED_FROM = 8;
    private static final int FILLER_FROM = 24;
    private static final long FILLER_STEP = 0x9e37_79b9_7f4a_7c15L;

    /// @param sequence number of the object in its track
    /// @param sendMicros time of sending
    /// @param size bytes, 24 or more
    /// @return the object's payload
    static byte[] encode(long sequence, long sendMicros, int size) {
        if (size < FILLER_FROM) {
            throw new BenchException("A synthetic object has " + FILLER_FROM + " bytes or more, not " + size + "; ask for larger ones.");
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(MAGIC).putInt(0).putLong(sequence).putLong(sendMicros);
        long filler = sequence * FILLER_STEP;
        while (out.remaining() >= Long.BYTES) {
            out.putLong(filler);
            filler = filler * FILLER_STEP + 1;
        }
        while (out.hasRemaining()) {
            out.put((byte) filler);
        }
        return out.putInt(Integer.BYTES, checksum(out.array())).array();
    }

    /// @param payload an object's payload
    /// @return what it says of itself; not intact if it is none
    public static SyntheticObject decode(byte[] payload) {
        ByteBuffer in = ByteBuffer.wrap(payload);
        if (payload.length < FILLER_FROM || in.getInt() != MAGIC) {
            return new SyntheticObject(-1, -1, false);
        }
        boolean intact = in.getInt() == checksum(payload);
        return new SyntheticObject(in.getLong(), in.getLong(), intact);
    }

    private static int checksum(byte[] payload) {
        var crc = new CRC32C();
        crc.update(payload, CHECKED_FROM, payload.length - CHECKED_FROM);
        return (int) crc.getValue();
    }
}
