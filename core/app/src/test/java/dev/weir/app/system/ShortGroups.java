// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import dev.weir.bench.media.ObjectSource;
import dev.weir.bench.media.RunningSource;
import dev.weir.bench.media.SourceObject;
import dev.weir.bench.media.TrackContent;
import dev.weir.wire.moqt.Location;
import org.jspecify.annotations.Nullable;

/// The objects of another source in groups of five, so that streams begin often. [#stop] may be called on any thread.
final class ShortGroups implements ObjectSource {
    static final int OBJECTS = 5;

    private final RunningSource objects;
    private volatile boolean stopped;
    private long next;

    ShortGroups(RunningSource objects) {
        this.objects = objects;
    }

    /// The group that has begun is the last.
    void stop() {
        stopped = true;
    }

    @Override
    public TrackContent content() {
        return objects.content();
    }

    @Override
    public @Nullable SourceObject next() {
        if (stopped && next % OBJECTS == 0) {
            return null;
        }
        SourceObject object = objects.next();
        long number = next++;
        return object == null ? null : new Regrouped(object, number);
    }

    @Override
    public byte[] sha256() {
        return objects.sha256();
    }

    @Override
    public void close() {
        objects.close();
    }

    private record Regrouped(SourceObject object, long number) implements SourceObject {
        @Override
        public Location location() {
            return new Location(number / OBJECTS, number % OBJECTS);
        }

        @Override
        public boolean endOfGroup() {
            return number % OBJECTS == OBJECTS - 1;
        }

        @Override
        public long dueMicros() {
            return object.dueMicros();
        }

        @Override
        public byte[] payload(long sendMicros) {
            return object.payload(sendMicros);
        }

        @Override
        public byte[] properties(long sendMicros) {
            return object.properties(sendMicros);
        }
    }
}
