// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.TrackProperties;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One track as the relay knows it: where it comes from, who wants it, what of it is cached.
///
/// Guarded by the engine's lock.
final class Track {
    /// Where the upstream side stands.
    enum State {
        /// No publisher.
        ORPHANED,
        /// SUBSCRIBE was sent upstream.
        REQUESTED,
        /// The publisher's alias is known.
        ESTABLISHED,
        /// The publisher said PUBLISH_DONE.
        ENDED
    }

    /// A cached DATAGRAM object.
    ///
    /// @param view as policies see it
    record CachedDatagram(long group, long object, byte[] payload, PolicyView view) {}

    /// DATAGRAM objects kept for late subscribers.
    private static final int DATAGRAM_CACHE_LIMIT = 4096;

    final FullTrackName name;
    /// All that one publisher with own framing sends ([OwnFraming]).
    boolean hasOwnFraming;
    final List<Subscription> subscriptions = new ArrayList<>();
    /// Stream IDs tell only streams of one publisher apart, and a track can have several publishers, one after another.
    final Set<UpstreamStream> streams = new LinkedHashSet<>();
    private final Deque<CachedDatagram> datagrams = new ArrayDeque<>();

    State state = State.ORPHANED;
    @Nullable Session publisher;
    @Nullable RequestChannel upstreamChannel;
    /// The publisher asked first, with PUBLISH.
    boolean pushed;
    long upstreamAlias;
    /// The alias subscribers see: the publisher's wherever that is free relay-wide (WIRE section 7).
    long alias;
    /// Bytes that replace the publisher's alias; empty where it is kept.
    byte[] aliasOverride = {};
    int index = DataPlane.NONE;
    int defaultPriority = 128;
    TrackProperties properties = TrackProperties.EMPTY;
    @Nullable Location largest;
    /// What a publisher that takes the track up must go on after; null: there was none before, or it does. See [Succession].
    @Nullable Location resumesAfter;
    /// Streams the publisher said it opened; -1 before PUBLISH_DONE, or if it does not know.
    long upstreamStreamCount = -1;
    long upstreamStreamsSeen;
    /// Streams of it that user space has taken up, of all its publishers.
    long streamsAttached;
    long endedAtNanos;
    /// Subscriptions that were told of its end.
    int endedSubscriptions;
    boolean forwarding;
    long receivedDatagrams;
    private long lastDatagramNanos;
    /// Of its objects, with their headers.
    long receivedBytes;

    final CopyTally copies;

    /// @param all counts the frames of all tracks
    Track(FullTrackName name, CopyTally all) {
        this.name = name;
        this.copies = all.part();
    }

    /// Its locations count from the beginning again; whatever is cached has been dropped.
    void beginAgain() {
        largest = null;
        datagrams.clear();
        upstreamStreamsSeen = 0;
    }

    void saw(long group, long object) {
        var location = new Location(group, object);
        if (largest == null || largest.compareTo(location) < 0) {
            largest = location;
        }
    }

    void cache(CachedDatagram datagram) {
        while (!datagrams.isEmpty()
                && (Long.compareUnsigned(datagrams.getFirst().group(), datagram.group()) < 0
                        || datagrams.size() >= DATAGRAM_CACHE_LIMIT)) {
            datagrams.removeFirst();
        }
        datagrams.addLast(datagram);
    }

    void receivedDatagram(int bytes, long nowNanos) {
        receivedDatagrams++;
        lastDatagramNanos = nowNanos;
        receivedBytes += bytes;
    }

    /// How long no DATAGRAM has come since the track ended, nanoseconds; for ever if it never had any.
    long quietSinceEnd(long nowNanos) {
        return receivedDatagrams == 0 ? Long.MAX_VALUE : nowNanos - Math.max(endedAtNanos, lastDatagramNanos);
    }

    int cachedDatagrams() {
        return datagrams.size();
    }

    Iterable<CachedDatagram> datagrams() {
        return datagrams;
    }

    /// Whether a group is still of interest to somebody who joins now.
    boolean isRecent(long group) {
        return !hasOwnFraming && isCurrent(group);
    }

    private boolean isCurrent(long group) {
        return largest == null || Long.compareUnsigned(group + 1, largest.group()) >= 0;
    }

    List<Subscription> active() {
        var result = new ArrayList<Subscription>(subscriptions.size());
        for (Subscription subscription : subscriptions) {
            if (subscription.active && !subscription.done) {
                result.add(subscription);
            }
        }
        return result;
    }
}
