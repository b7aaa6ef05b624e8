// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import org.jspecify.annotations.Nullable;

/// Checksummed objects at a steady rate, one group per second. Not thread-safe.
public final class SyntheticSource implements ObjectSource {
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
        if (sequence == total) {
            return null;
        }
        long number = sequence++;
        return SyntheticItem.of(number, rate, 0, number == total - 1, size, sha256);
    }

    @Override
    public byte[] sha256() {
        return sha256.value();
    }

    @Override
    public void close() {
        // Holds nothing.
    }
}
