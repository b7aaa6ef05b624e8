// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.SourceObject;
import dev.weir.bench.media.TrackContent;
import dev.weir.wire.moqt.Location;
import org.jspecify.annotations.Nullable;

/// Small objects without any pause, each a group of its own.
final class GroupPerObject implements ObjectSource {
    private final int count;
    private int next;

    GroupPerObject(int count) {
        this.count = count;
    }

    @Override
    public TrackContent content() {
        return TrackContent.OPAQUE;
    }

    @Override
    public @Nullable SourceObject next() {
        return next == count ? null : new Item(new Location(next++, 0));
    }

    @Override
    public byte[] sha256() {
        return new byte[0];
    }

    @Override
    public void close() {
        // Holds nothing.
    }

    private record Item(Location location) implements SourceObject {
        @Override
        public boolean endOfGroup() {
            return true;
        }

        @Override
        public long dueMicros() {
            return 0;
        }

        @Override
        public byte[] payload(long sendMicros) {
            return new byte[] {1, 2, 3};
        }

        @Override
        public byte[] properties(long sendMicros) {
            return new byte[0];
        }
    }
}
