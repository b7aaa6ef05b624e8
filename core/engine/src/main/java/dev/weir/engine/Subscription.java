// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.spi.LaneState;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.SubscriptionFilter;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.SequencedSet;
import org.jspecify.annotations.Nullable;

/// One subscriber's interest in one track. Guarded by the engine's lock.
final class Subscription {
    /// No last group.
    static final long OPEN_END = -1L;

    final Session session;
    final Track track;
    final RequestChannel channel;
    final Map<UpstreamStream, LaneStream> streams = new IdentityHashMap<>();
    /// What the subscriber asked to begin with; null: the current group.
    @Nullable SubscriptionFilter filter;
    /// First location to send.
    Location start = new Location(0, 0);
    /// Last group to send, unsigned.
    long endGroup = OPEN_END;
    boolean forward = true;
    /// Subscriber priority, 0 to 255, lower is more urgent.
    int priority = 128;
    /// SUBSCRIBE_OK was acknowledged: objects may flow.
    boolean active;
    /// What was to come to it, and where that went.
    final SubscriptionDue due;
    /// SUBSCRIBE_OK was sent.
    boolean accepted;
    boolean done;
    /// Own framing: when it began; streams that had ended by then are past.
    long joinedNanos;
    /// Subgroup streams opened for it, for PUBLISH_DONE.
    long streamsOpened;

    /// What decides about its objects.
    InstalledPolicy policy = InstalledPolicy.PASS_ALL;
    /// Where the kernel keeps what the policy remembers; 0: nowhere.
    int memory;
    LaneState state = LaneState.fresh();
    /// Streams the policy was asked about, by the kernel or by user space, that have no copy (yet): true if they are forwarded.
    final Map<UpstreamStream, Boolean> rulings = new IdentityHashMap<>();

    /// Streams without a copy for want of MAX_STREAMS, in the order in which they came.
    final SequencedSet<UpstreamStream> blocked = new LinkedHashSet<>();

    /// What stood in the way of its last objects.
    final RulingMemory past;

    Subscription(Session session, Track track, RequestChannel channel) {
        this.session = session;
        this.track = track;
        this.channel = channel;
        past = new RulingMemory(track.copies);
        due = new SubscriptionDue(this, track);
    }

    /// Objects may flow.
    void activate() {
        active = true;
        due.begin();
    }

    boolean wants(long group, long object) {
        return start.compareTo(new Location(group, object)) <= 0 && Long.compareUnsigned(group, endGroup) <= 0;
    }

    /// Whether any object of the group may be wanted.
    boolean wantsGroup(long group) {
        return Long.compareUnsigned(group, start.group()) >= 0 && Long.compareUnsigned(group, endGroup) <= 0;
    }

    /// Whether the stream ended too early to be sent to this subscriber. In MoQT its locations tell; own framing has none.
    boolean isPast(UpstreamStream stream) {
        return track.hasOwnFraming && stream.finalSize() >= 0 && stream.lastChangeNanos - joinedNanos < 0;
    }

    /// Remembers why a stream did not go to this subscriber, for those who ask.
    void refused(UpstreamStream stream, Obstacle obstacle, String reason, long now) {
        if (stream.hasHeader()) {
            past.refused(stream.group(), stream.subgroup(), true, obstacle, reason, now);
        }
    }

    /// The location a new subscription starts at.
    static Location startOf(@Nullable SubscriptionFilter filter, @Nullable Location largest) {
        return switch (filter) {
            case null -> new Location(largest == null ? 0 : largest.group(), 0);
            case SubscriptionFilter.NextGroupStart n ->
                new Location(largest == null ? 0 : largest.group() + 1, 0);
            case SubscriptionFilter.LargestObject l ->
                largest == null ? new Location(0, 0) : new Location(largest.group(), largest.object() + 1);
            case SubscriptionFilter.AbsoluteStart a -> a.start();
            case SubscriptionFilter.AbsoluteRange r -> r.start();
        };
    }

    @Nullable LaneStream streamOf(UpstreamStream upstream) {
        return streams.get(upstream);
    }
}
