// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.LinkedHashMap;
import java.util.Map;

/// Track aliases of a publisher whose tracks are over: what still comes with one of them belongs to nobody. Without this memory it
/// would look like an alias that is about to be announced.
///
/// Guarded by the engine's lock.
final class EndedAliases {
    /// Answer of [#subscriptions(long, long)]: no track with this alias has ended of late.
    static final int NOT_ENDED = -1;
    /// Packets are not underway for longer; after that an alias may be another track's, whose announcement is late.
    private static final long MEMORY_NANOS = 10_000_000_000L;
    private static final int LIMIT = 64;

    private record End(int subscriptions, long atNanos) {}

    private final Map<Long, End> ends = new LinkedHashMap<>();

    /// A track is over.
    ///
    /// @param subscriptions how many were told so
    void ended(long alias, int subscriptions, long nowNanos) {
        ends.remove(alias);
        ends.put(alias, new End(subscriptions, nowNanos));
        if (ends.size() > LIMIT) {
            ends.remove(ends.keySet().iterator().next());
        }
    }

    /// A track has this alias now.
    void begun(long alias) {
        ends.remove(alias);
    }

    /// @return how many subscriptions were told that the track is over, or [#NOT_ENDED]
    int subscriptions(long alias, long nowNanos) {
        End end = ends.get(alias);
        return end == null || nowNanos - end.atNanos > MEMORY_NANOS ? NOT_ENDED : end.subscriptions;
    }
}
