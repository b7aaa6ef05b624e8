// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import dev.weir.engine.view.CopyCount;
import dev.weir.engine.view.TrackCopies;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/// Makes time series of the tracks' copies, of a bounded number: some tracks have a name, all others together are `other`.
///
/// A track that has a name keeps it until it is gone, so that no count moves from one series to another; the next name goes to
/// the track with the most subscriptions. No series ever decreases, except that of a name that a new track has again.
final class TrackSeries {
    /// Label of all tracks without a name of their own.
    static final String OTHER = "other";
    /// Reasons come from policies, and user space lets them be any text.
    private static final int MOST_REASONS = 64;
    private static final String OTHER_REASON = "other";

    /// What tells one series from another.
    record Key(String track, String mode, String path, String verdict, String reason) {
        private Key named(String name) {
            return new Key(name, mode, path, verdict, reason);
        }
    }

    private final int most;
    private final Map<Long, Map<Key, Long>> named = new HashMap<>();
    private final Map<Key, Long> gone = new HashMap<>();
    private final Map<Key, Long> other = new HashMap<>();
    private final Set<String> reasons = new LinkedHashSet<>();

    /// @param most how many tracks have a name, 0 or more
    TrackSeries(int most) {
        this.most = most;
    }

    /// @param copies all tracks, and last all frames
    /// @return the series and where each stands
    synchronized Map<Key, Long> update(List<TrackCopies> copies) {
        List<TrackCopies> tracks = copies.subList(0, copies.size() - 1);
        forget(tracks);
        choose(tracks);
        var rest = new HashMap<>(keyed(copies.getLast(), OTHER));
        gone.forEach((key, count) -> rest.merge(key, -count, Long::sum));
        var result = new TreeMap<Key, Long>(Comparator.comparing(Key::toString));
        for (TrackCopies track : tracks) {
            if (named.containsKey(track.id())) {
                Map<Key, Long> counts = keyed(track, track.track());
                named.put(track.id(), counts);
                counts.forEach((key, count) -> {
                    result.merge(key, count, Long::sum);
                    rest.merge(key.named(OTHER), -count, Long::sum);
                });
            }
        }
        rest.forEach((key, count) -> {
            if (other.merge(key, count, Math::max) > 0) {
                result.merge(key, other.get(key), Long::sum);
            }
        });
        return result;
    }

    /// What a track that is gone had been counted for must not appear under `other`.
    private void forget(List<TrackCopies> tracks) {
        var present = new HashSet<Long>();
        tracks.forEach(track -> present.add(track.id()));
        var ids = new ArrayList<>(named.keySet());
        for (long id : ids) {
            if (!present.contains(id)) {
                Map<Key, Long> counts = named.remove(id);
                if (counts != null) {
                    counts.forEach((key, count) -> gone.merge(key.named(OTHER), count, Long::sum));
                }
            }
        }
    }

    private void choose(List<TrackCopies> tracks) {
        tracks.stream()
                .filter(track -> !named.containsKey(track.id()))
                .sorted(Comparator.comparingInt(TrackCopies::subscriptions).reversed().thenComparing(TrackCopies::id))
                .limit(most - named.size())
                .forEach(track -> named.put(track.id(), Map.of()));
    }

    private Map<Key, Long> keyed(TrackCopies copies, String name) {
        var result = new HashMap<Key, Long>();
        for (CopyCount count : copies.counts()) {
            var key = new Key(name, count.mode(), count.path(), count.verdict(), reason(count.reason()));
            result.merge(key, count.count(), Long::sum);
        }
        return result;
    }

    private String reason(String reason) {
        return reason.isEmpty() || reasons.contains(reason) || reasons.size() < MOST_REASONS && reasons.add(reason)
                ? reason
                : OTHER_REASON;
    }
}
