// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.StreamResetCode;
import java.util.ArrayList;
import java.util.List;

/// Takes the publisher's streams in user space, caches them, and gives every subscription what the kernel did not send.
final class StreamDelivery {
    /// How often policies are asked whether a stream that waits is to be given up.
    private static final long RECONSIDER_NANOS = 50_000_000L;

    private final Relay relay;
    private final ObjectCache cache;
    private long reconsideredNanos;

    StreamDelivery(Relay relay, ObjectCache cache) {
        this.relay = relay;
        this.cache = cache;
    }

    /// The stream of that ID, made if it is new.
    UpstreamStream upstream(Session publisher, long streamId) {
        UpstreamStream present = publisher.upstream.stream(streamId);
        if (present != null) {
            return present;
        }
        var stream = new UpstreamStream(publisher, streamId, publisher.framing.isOwn(), relay.now());
        cache.add(stream);
        return stream;
    }

    void streamData(Session publisher, long streamId, byte[] data, int length, boolean fin) {
        relay.drain();
        if (publisher.closed) {
            return;
        }
        UpstreamStream stream = upstream(publisher, streamId);
        if (stream.isReset()) {
            if (fin && !stream.isOver()) {
                stream.end();
                cache.over(stream, relay.now());
            }
            return;
        }
        long from = stream.length();
        int before = stream.footprint();
        try {
            stream.append(data, length);
        } catch (MoqtException e) {
            violation(publisher, e.code(), e.getMessage());
            return;
        }
        cache.grown(stream, stream.footprint() - before);
        if (stream.track != null) {
            stream.track.receivedBytes += length;
        }
        stream.arrived(relay.now());
        if (fin && stream.isIncomplete()) {
            violation(publisher, SessionError.PROTOCOL_VIOLATION.code(), "a subgroup stream ends inside an object");
            return;
        }
        if (fin) {
            stream.end();
        }
        if (stream.track != null) {
            if (fin) {
                cache.over(stream, relay.now());
            }
            deliver(stream, from, fin);
        } else {
            attach(publisher, stream);
            cache.boundWaiting(publisher);
        }
    }

    /// Finds the track of a stream whose header is complete; a stream of an unknown alias waits for the alias.
    private void attach(Session publisher, UpstreamStream stream) {
        Track track = stream.hasHeader() ? publisher.tracksByAlias.get(stream.alias()) : null;
        if (track == null) {
            return;
        }
        if (track.resumesAfter != null) {
            if (!stream.hasObjects()) {
                return; // only its location tells whether the publisher goes on where the one before it ended
            }
            relay.controlPlane().succession().firstObject(track, stream.firstLocation());
        }
        publisher.upstream.found(stream);
        stream.attach(track);
        track.streams.add(stream);
        if (stream.isOver()) {
            cache.over(stream, stream.lastChangeNanos);
        }
        track.upstreamStreamsSeen++;
        track.streamsAttached++;
        if (track.aliasOverride.length > 0) {
            stream.overwriteAlias(track.aliasOverride);
        }
        DataPlane plane = relay.dataPlane();
        if (plane != null && track.index != DataPlane.NONE && !stream.knownToKernel) {
            plane.blockStream(publisher.publisherIndex, stream.id);
        }
        deliver(stream, 0, stream.finalSize() >= 0);
    }

    /// The alias of a track has become known: streams that waited for it go on.
    void attachWaiting(Session publisher) {
        new ArrayList<>(publisher.upstream.waiting()).forEach(stream -> attach(publisher, stream));
        relay.datagrams().aliasKnown(publisher);
    }

    /// Closes the connection of a publisher that breaks the protocol.
    void violation(Session publisher, long code, String what) {
        relay.counters().increment("protocol_violations");
        publisher.endpoint().close(code, what);
    }

    private void deliver(UpstreamStream stream, long from, boolean fin) {
        Track track = stream.track;
        if (track == null) {
            return;
        }
        for (Subscription subscription : track.active()) {
            LaneStream copy = subscription.streamOf(stream);
            if (copy == null) {
                open(subscription, stream);
                continue;
            }
            copy.available(from, stream.length());
            if (fin) {
                copy.ended();
            }
            if (fin && copy.isSettled()) {
                relay.laneStreams().settled(copy); // the kernel's copies were acknowledged before the last bytes came up to here
            }
            if (copy.hasPending()) {
                relay.completion().wake(subscription.session);
            }
        }
    }

    /// Opens the subscriber's copy of a stream that the kernel has not opened, as far as the subscription wants it.
    private void open(Subscription subscription, UpstreamStream stream) {
        if (!isWanted(subscription, stream)) {
            return;
        }
        UpstreamStream.MidStart entry = stream.isWantedWhole(subscription) ? null : stream.enterAt(subscription.start);
        Session session = subscription.session;
        long id = session.cells.drawStreamId();
        if (id < 0) {
            relay.counters().increment("blocked.stream_limit");
            subscription.refused(stream, Obstacle.STREAM_LIMIT, "", relay.now());
            subscription.blocked.add(stream);
            return;
        }
        long limit = session.endpoint().initialStreamDataLimit();
        LaneStream copy = entry == null
                ? new LaneStream(subscription, stream, id, limit)
                : new LaneStream(subscription, stream, id, limit, entry.prefix(), entry.resumeAt());
        LaneStreams.register(copy);
        copy.available(entry == null ? 0 : entry.resumeAt(), stream.length());
        if (stream.finalSize() >= 0) {
            copy.ended();
        }
        relay.laneStreams().handOver(copy);
        relay.completion().wake(session);
    }

    /// Whether a subscription gets a stream that it has no copy of yet, as soon as it allows one more.
    boolean isWanted(Subscription subscription, UpstreamStream stream) {
        return isInRange(subscription, stream) && isForwarded(subscription, stream);
    }

    /// Whether the subscription covers anything of a stream, whatever its policy says.
    static boolean isInRange(Subscription subscription, UpstreamStream stream) {
        if (!subscription.forward || !stream.hasHeader() || !subscription.wantsGroup(stream.group()) || stream.isReset()
                || subscription.isPast(stream)) {
            return false;
        }
        return stream.isWantedWhole(subscription) || stream.enterAt(subscription.start) != null;
    }

    /// What the policy says of a stream that has no copy yet: asked once, by the kernel or here.
    private boolean isForwarded(Subscription subscription, UpstreamStream stream) {
        if (subscription.policy.isPassAll()) {
            return true;
        }
        Boolean ruled = subscription.rulings.get(stream);
        if (ruled != null) {
            return ruled;
        }
        PolicyView view = stream.view(relay);
        if (view == null) {
            return false; // its first object is still to come
        }
        boolean forwarded = view.forwards(subscription);
        subscription.rulings.put(stream, forwarded);
        return forwarded;
    }

    /// Asks the policies about streams that wait in user space or go on; those given up are reset with their real final size.
    void reconsider(long now) {
        if (now - reconsideredNanos < RECONSIDER_NANOS) {
            return;
        }
        reconsideredNanos = now;
        for (Session session : relay.sessions()) {
            for (LaneStream copy : session.queue.streams()) {
                boolean waits = copy.hasPending();
                PolicyView view = (waits || copy.goesOn()) && !copy.subscription.policy.isPassAll()
                        ? copy.upstream.view(relay)
                        : null;
                if (view != null && view.givesUp(copy.subscription, waits)) {
                    relay.laneStreams().reset(copy, StreamResetCode.DELIVERY_TIMEOUT.code());
                }
            }
        }
    }

    void streamReset(Session publisher, long streamId, long errorCode) {
        relay.drain();
        UpstreamStream stream = publisher.upstream.stream(streamId);
        if (stream == null || stream.isOver()) {
            return;
        }
        stream.reset();
        cache.over(stream, relay.now());
        // The kernel may have opened copies of a stream that never came up to here.
        for (Track track : stream.track != null ? List.of(stream.track) : publisher.tracksByAlias.values()) {
            for (Subscription subscription : track.active()) {
                LaneStream copy = subscription.streamOf(stream);
                if (copy != null) {
                    relay.counters().increment("dropped.upstream_reset");
                    relay.laneStreams().reset(copy, errorCode);
                }
            }
        }
        if (stream.track == null && !stream.isLetGo()) {
            cache.letGoWaiting(stream);
        }
    }

    /// A subscription has become active: it gets from the cache what it missed since its start.
    void catchUp(Subscription subscription) {
        openMissing(subscription);
        relay.datagrams().catchUp(subscription);
    }

    /// The subscription wants other objects than before.
    void openMissing(Subscription subscription) {
        for (UpstreamStream stream : new ArrayList<>(subscription.track.streams)) {
            if (subscription.streamOf(stream) == null) {
                open(subscription, stream);
            }
        }
    }

    /// The peer allows more streams: those that could not be opened are tried again, in their order.
    void retryOpenings(Session session) {
        for (Subscription subscription : session.subscriptions.values()) {
            while (subscription.active && !subscription.done && !subscription.blocked.isEmpty()) {
                UpstreamStream stream = subscription.blocked.getFirst();
                open(subscription, stream);
                if (subscription.streamOf(stream) == null && isWanted(subscription, stream)) {
                    return; // the peer allows no further stream
                }
                subscription.blocked.remove(stream);
            }
        }
    }

    /// The publisher's connection is gone: what it had not finished can never be finished.
    void sessionClosed(Session session) {
        relay.datagrams().sessionClosed(session);
        for (UpstreamStream stream : session.upstream.all()) {
            streamReset(session, stream.id, StreamResetCode.SESSION_CLOSED.code());
            cache.forgetEntries(stream);
        }
    }

    /// A publisher loses a track: what it had not finished of it can never be finished.
    void abandon(Session publisher, Track track) {
        for (UpstreamStream stream : publisher.upstream.all()) {
            if (stream.track == track) {
                streamReset(publisher, stream.id, StreamResetCode.SESSION_CLOSED.code());
                cache.forgetEntries(stream);
            }
        }
    }
}
