// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// Time of sending as an object property, so that a video's bytes stay as they are: LOC's Timestamp, type 0x06, here in
/// microseconds of [WallClock].
public final class MediaTimestamp {
    private static final long TYPE = 0x06;

    private MediaTimestamp() {}

    /// @param micros time of sending
    /// @return object properties in wire form
    public static byte[] encode(long micros) {
        return KeyValues.of(TYPE, micros);
    }

    /// @param properties object properties in wire form
    /// @return time of sending, microseconds; -1 if they do not say
    /// @throws dev.weir.wire.moqt.MoqtException if the properties are cut off
    public static long decode(byte[] properties) {
        return KeyValues.number(properties, TYPE, -1);
    }
}
