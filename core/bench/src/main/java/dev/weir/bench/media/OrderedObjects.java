// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import dev.weir.wire.moqt.Location;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Brings the objects of a track, whose groups and object IDs count without gaps, into order. Objects that overtake others
/// wait; when too many wait, the ones in front of them are given up. Not thread-safe.
public final class OrderedObjects implements ContentAssembly {
    private static final int MOST_WAITING = 2048;

    private final ContentReceiver receiver;
    private final TreeMap<Location, byte[]> waiting = new TreeMap<>();
    private final Map<Long, Long> lastOfGroup = new HashMap<>();
    private @Nullable Location expected;

    /// @param content what the objects are
    /// @param output takes the content
    /// @param start the first object; null: the first one that comes
    public OrderedObjects(TrackContent content, ContentOutput output, @Nullable Location start) {
        this.receiver = ContentReceiver.of(content, output);
        this.expected = start;
    }

    @Override
    public void add(Location location, int priority, byte[] payload) {
        Location next = expected;
        if (next == null) {
            next = location;
            expected = location;
        }
        if (location.compareTo(next) < 0) {
            return;
        }
        waiting.put(location, payload);
        drain();
        while (waiting.size() > MOST_WAITING) {
            skip();
        }
    }

    @Override
    public void groupEnds(long group, long lastObject) {
        lastOfGroup.put(group, lastObject);
        drain();
    }

    /// What waits goes on, over all gaps.
    @Override
    public FrameCounts finish() {
        while (!waiting.isEmpty()) {
            skip();
        }
        receiver.finish();
        return FrameCounts.NONE;
    }

    private void skip() {
        receiver.gap();
        expected = waiting.firstKey();
        drain();
    }

    private void drain() {
        Location next = expected;
        while (next != null) {
            byte[] payload = waiting.remove(next);
            if (payload != null) {
                receiver.object(next, payload);
                next = new Location(next.group(), next.object() + 1);
            } else if (lastOfGroup.getOrDefault(next.group(), Long.MAX_VALUE) < next.object()) {
                lastOfGroup.remove(next.group());
                next = new Location(next.group() + 1, 0);
            } else {
                break;
            }
        }
        expected = next;
    }
}
