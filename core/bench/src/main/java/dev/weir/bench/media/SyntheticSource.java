// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import org.jspecify.annotations.Nullable;

/// Checksummed objects at a steady rate, one group per second. Not thread-safe.
public final class SyntheticSource implements ObjectSource {
    private static final long MICROS_PER_SECOND = 1_000_000;

    private final int rate;
    private final int size;
    private final long total;
    private final Sha256 sha256 = new Sha256();
    private long sequence;

    /// @param rate objects per second
    /// @param size bytes per object
    /// @param seconds length of the track
    public SyntheticSource(int rate, int size, int seconds) {
        this.rate = rate;
        this.size = size;
        this.total = (long) rate * seconds;
    }

    @Override
    public TrackContent content() {
        return TrackContent.SYNTHETIC;
    }

    @Override
    public @Nullable SourceObject next() {
        return sequence == total ? null : new Item(sequence++);
    }

    @Override
    public byte[] sha256() {
        return sha256.value();
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private final class Item implements SourceObject {
        private final long number;

        Item(long number) {
            this.number = number;
        }

        @Override
        public Location location() {
            return new Location(number / rate, number % rate);
        }

        @Override
        public boolean endOfGroup() {
            return number % rate == rate - 1 || number == total - 1;
        }

        @Override
        public long dueMicros() {
            return number * MICROS_PER_SECOND / rate;
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
}
