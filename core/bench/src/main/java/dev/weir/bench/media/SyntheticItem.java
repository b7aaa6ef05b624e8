// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;

/// One object of a synthetic track.
///
/// @param number from 0, in the track
/// @param location group and object ID
/// @param endOfGroup whether it is the last of its group
/// @param dueMicros when to send it
/// @param size bytes
/// @param sha256 of all objects before it; gets this one's payload as well
record SyntheticItem(long number, Location location, boolean endOfGroup, long dueMicros, int size, Sha256 sha256)
        implements SourceObject {
    private static final long MICROS_PER_SECOND = 1_000_000;

    /// @param rate objects per second, and per group
    /// @param firstGroup ID of the track's first group
    static SyntheticItem of(long number, int rate, long firstGroup, boolean last, int size, Sha256 sha256) {
        return new SyntheticItem(number, new Location(firstGroup + number / rate, number % rate),
                last || number % rate == rate - 1, number * MICROS_PER_SECOND / rate, size, sha256);
    }

    @Override
    public byte[] payload(long sendMicros) {
        byte[] payload = SyntheticObject.encode(number, sendMicros, size);
        sha256.update(payload);
        return payload;
    }

    @Override
    public byte[] properties(long sendMicros) {
        return new byte[0];
    }
}
