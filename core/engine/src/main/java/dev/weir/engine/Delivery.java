// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.DataPlane.LaneStreamEntry;
import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.Track.CachedDatagram;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.MediaObject;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.MoqtException;
import dev.weir.wire.moqt.ObjectDatagramHeader;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.StreamResetCode;
import dev.weir.wire.moqt.SubscriptionFilter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Takes the publisher's objects in user space, caches them, and gives every subscription what the kernel did not send.
final class Delivery {
    /// How often policies are asked whether a stream that waits is to be given up.
    private static final long RECONSIDER_NANOS = 50_000_000L;
    /// More than this is not kept of a stream whose track is not known.
    private static final int UNATTACHED_BYTES = 256 << 10;

    /// DATAGRAMs that are kept because the message that defines their alias may be on its way still; it travels on a stream.
    private static final int EARLY_DATAGRAMS = 64;

    /// A DATAGRAM object of an alias that is not known yet.
    record EarlyDatagram(long packetNumber, byte[] payload) {}

    private final Relay relay;
    private final AbandonedStreams abandoned;
    private final ObjectCache cache;
    private long reconsideredNanos;

    Delivery(Relay relay, ObjectCache cache) {
        this.relay = relay;
        this.abandoned = new AbandonedStreams(relay);
        this.cache = cache;
    }

    /// The stream of that ID, made if it is new.
    UpstreamStream upstream(Session publisher, long streamId) {
        return publisher.upstream.computeIfAbsent(streamId, id -> {
            var stream = new UpstreamStream(publisher, id, publisher.framing.isOwn());
            cache.grown(stream.footprint());
            return stream;
        });
    }

    void streamData(Session publisher, long streamId, byte[] data, int length, boolean fin) {
        relay.drain();
        if (publisher.closed) {
            return;
        }
        UpstreamStream stream = upstream(publisher, streamId);
        if (stream.isReset()) {
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
        cache.grown(stream.footprint() - before);
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
        if (stream.track == null) {
            attach(publisher, stream);
        } else {
            deliver(stream, from, fin);
        }
    }

    private void violation(Session publisher, long code, String what) {
        relay.counters().increment("protocol_violations");
        publisher.endpoint().close(code, what);
    }

    /// Finds the track of a stream whose header is complete; a stream of an unknown alias waits for the alias.
    private void attach(Session publisher, UpstreamStream stream) {
        Track track = stream.hasHeader() ? publisher.tracksByAlias.get(stream.alias()) : null;
        if (track == null) {
            if (stream.length() > UNATTACHED_BYTES) {
                relay.counters().increment("dropped.unknown_alias");
                stream.reset();
                cache.discard(stream);
            }
            return;
        }
        if (track.resumesAfter != null) {
            if (!stream.hasObjects()) {
                return; // only its location tells whether the publisher goes on where the one before it ended
            }
            relay.controlPlane().succession().firstObject(track, stream.firstLocation());
        }
        stream.attach(track);
        track.streams.add(stream);
        track.upstreamStreamsSeen++;
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
        for (UpstreamStream stream : new ArrayList<>(publisher.upstream.values())) {
            if (stream.track == null) {
                attach(publisher, stream);
            }
        }
        List<EarlyDatagram> early = List.copyOf(publisher.early);
        publisher.early.clear();
        early.forEach(datagram -> datagram(publisher, datagram.packetNumber, datagram.payload));
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
                settled(copy); // the kernel's copies were acknowledged before the last bytes came up to here
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
            note(subscription, stream, Obstacle.STREAM_LIMIT, "");
            return;
        }
        long limit = session.endpoint().initialStreamDataLimit();
        LaneStream copy = entry == null
                ? new LaneStream(subscription, stream, id, limit)
                : new LaneStream(subscription, stream, id, limit, entry.prefix(), entry.resumeAt());
        register(copy);
        copy.available(entry == null ? 0 : entry.resumeAt(), stream.length());
        if (stream.finalSize() >= 0) {
            copy.ended();
        }
        handOver(copy);
        relay.completion().wake(session);
    }

    /// Whether a subscription gets a stream that it has no copy of yet, as soon as it allows one more.
    boolean isWanted(Subscription subscription, UpstreamStream stream) {
        if (!subscription.forward || !stream.hasHeader() || !subscription.wantsGroup(stream.group()) || stream.isReset()
                || subscription.isPast(stream)) {
            return false;
        }
        return (stream.isWantedWhole(subscription) || stream.enterAt(subscription.start) != null)
                && isForwarded(subscription, stream);
    }

    private void note(Subscription subscription, UpstreamStream stream, Obstacle obstacle, String reason) {
        if (stream.hasHeader()) {
            subscription.past.refused(stream.group(), stream.subgroup(), true, obstacle, reason, relay.now());
        }
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
                    resetLaneStream(copy, StreamResetCode.DELIVERY_TIMEOUT.code());
                }
            }
        }
    }

    private static void register(LaneStream copy) {
        copy.subscription.rulings.remove(copy.upstream);
        copy.subscription.streams.put(copy.upstream, copy);
        copy.subscription.streamsOpened++;
        copy.subscription.session.account.streamsOpened++;
        copy.subscription.session.queue.add(copy);
    }

    /// Lets the kernel forward what arrives from now on.
    void handOver(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        Track track = copy.upstream.track;
        if (plane == null
                || track == null
                || track.index == DataPlane.NONE
                || !copy.subscription.session.laneLive
                || copy.isReset()
                || copy.isFinSent()
                || copy.upstream.publisher.closed) {
            return;
        }
        copy.kernelCharged = copy.charged;
        copy.followed = plane.handOver(entry(copy));
    }

    void handOverLimit(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        if (plane != null && copy.followed) {
            plane.laneStreamLimit(entry(copy));
        }
    }

    private static LaneStreamEntry entry(LaneStream copy) {
        return new LaneStreamEntry(
                copy.subscription.session.slot,
                copy.upstream.publisher.publisherIndex,
                copy.upstream.id,
                copy.id,
                copy.limit,
                copy.charged,
                copy.shift);
    }

    LaneStream openedByKernel(@Nullable Subscription subscription, UpstreamStream stream, long id) {
        if (subscription == null) {
            throw new IllegalStateException("lane stream without a subscription");
        }
        var copy = new LaneStream(subscription, stream, id, subscription.session.endpoint().initialStreamDataLimit());
        copy.followed = true;
        register(copy);
        if (stream.length() > 0) {
            copy.available(0, stream.length());
        }
        if (stream.finalSize() >= 0) {
            copy.ended();
        }
        return copy;
    }

    /// The kernel opened a stream that nobody wants any more, or that user space had opened too: it is reset.
    void abandonKernelStream(
            Session publisher,
            Session subscriber,
            UpstreamStream stream,
            @Nullable LaneStream kept,
            long id,
            int sentBytes) {
        relay.counters().increment("streams.abandoned");
        DataPlane plane = relay.dataPlane();
        if (plane != null) {
            plane.forgetLaneStream(subscriber.slot, publisher.publisherIndex, stream.id);
        }
        if (kept == null) {
            abandoned.add(subscriber, stream, id, null, sentBytes);
        } else {
            subscriber.endpoint().sendReset(id, StreamResetCode.CANCELLED.code(), sentBytes);
            handOver(kept);
        }
    }

    /// Resets a subscriber's stream with its real final size.
    void resetLaneStream(LaneStream copy, long errorCode) {
        if (copy.isReset() || copy.isSettled()) {
            return;
        }
        takeFromKernel(List.of(copy));
        long finalSize = copy.highestSent();
        markReset(copy, errorCode);
        copy.subscription.session.endpoint().sendReset(copy.id, errorCode, finalSize);
    }

    private void markReset(LaneStream copy, long errorCode) {
        copy.markReset();
        copy.subscription.session.account.streamsReset++;
        note(copy.subscription, copy.upstream, Obstacle.RESET, RulingMemory.resetReason(errorCode));
    }

    AbandonedStreams abandoned() {
        return abandoned;
    }

    /// Ends the kernel's part in these streams and reads the last that it sent on them.
    private void takeFromKernel(List<LaneStream> copies) {
        DataPlane plane = relay.dataPlane();
        if (plane == null || copies.stream().noneMatch(c -> c.followed)) {
            return;
        }
        copies.forEach(this::forgetInKernel);
        plane.quiesce();
        relay.drain();
    }

    void forgetInKernel(LaneStream copy) {
        DataPlane plane = relay.dataPlane();
        if (plane != null && copy.followed) {
            plane.forgetLaneStream(
                    copy.subscription.session.slot, copy.upstream.publisher.publisherIndex, copy.upstream.id);
            copy.followed = false;
        }
    }

    /// A lane stream is acknowledged to its end.
    void settled(LaneStream copy) {
        forgetInKernel(copy);
        if (!copy.isReset()) {
            copy.subscription.session.account.streamsDelivered++;
        }
        copy.subscription.session.queue.remove(copy);
    }

    void streamReset(Session publisher, long streamId, long errorCode) {
        relay.drain();
        UpstreamStream stream = publisher.upstream.get(streamId);
        if (stream == null || stream.finalSize() >= 0) {
            return;
        }
        stream.reset();
        stream.lastChangeNanos = relay.now();
        if (stream.track != null) {
            for (Subscription subscription : stream.track.active()) {
                LaneStream copy = subscription.streamOf(stream);
                if (copy != null) {
                    relay.counters().increment("dropped.upstream_reset");
                    resetLaneStream(copy, errorCode);
                }
            }
        }
    }

    void datagram(Session publisher, long packetNumber, byte[] payload) {
        relay.drain();
        if (!publisher.closed && publisher.framing.isOwn()) {
            relay.ownFraming().datagram(publisher, packetNumber, payload);
            return;
        }
        if (publisher.closed || ObjectDatagramHeader.isPadding(payload, 0, payload.length)) {
            return;
        }
        ObjectDatagramHeader header;
        try {
            header = ObjectDatagramHeader.decode(payload, 0, payload.length);
        } catch (MoqtException e) {
            violation(publisher, e.code(), e.getMessage());
            return;
        }
        Track track = publisher.tracksByAlias.get(header.alias());
        if (track == null) {
            publisher.early.add(new EarlyDatagram(packetNumber, payload));
            if (publisher.early.size() > EARLY_DATAGRAMS) {
                publisher.early.removeFirst();
                relay.counters().increment("dropped.unknown_alias");
            }
            return;
        }
        byte[] outgoing = payload;
        if (track.aliasOverride.length == header.aliasLength()) {
            outgoing = payload.clone();
            System.arraycopy(track.aliasOverride, 0, outgoing, header.aliasOffset(), header.aliasLength());
        }
        relay.counters().increment("received.datagrams");
        relay.controlPlane().succession().firstObject(track, new Location(header.group(), header.object()));
        track.receivedDatagram(payload.length);
        track.saw(header.group(), header.object());
        var cached = new CachedDatagram(header.group(), header.object(), outgoing, view(track, header, outgoing));
        track.cache(cached);
        offerToAll(track, packetNumber, cached);
    }

    /// Gives an object to everybody whom the kernel has not served.
    void offerToAll(Track track, long packetNumber, CachedDatagram cached) {
        Session publisher = track.publisher;
        var served = publisher == null
                ? null
                : publisher.served.find(packetNumber, track.index, cached.group(), cached.object());
        if (served != null) {
            relay.auditor().met(served);
        }
        for (Subscription subscription : track.active()) {
            int slot = subscription.session.slot;
            if (served != null && (served.served().get(slot) || served.dropped().get(slot))) {
                continue;
            }
            offer(subscription, cached, served != null && served.admitted().get(slot));
        }
    }

    private PolicyView view(Track track, ObjectDatagramHeader header, byte[] payload) {
        int priority = header.priority() >= 0 ? header.priority() : track.defaultPriority;
        var media = new MediaObject(
                track.name.toString(),
                header.group(),
                0,
                header.object(),
                priority,
                DeliveryMode.DATAGRAM,
                payload.length,
                relay.now());
        int from = header.payloadOffset(payload);
        return new PolicyView(relay, media, ByteBuffer.wrap(payload, from, payload.length - from));
    }

    /// @param admitted whether the kernel's policy has forwarded it already
    private void offer(Subscription subscription, CachedDatagram datagram, boolean admitted) {
        if (!subscription.forward || !subscription.wants(datagram.group(), datagram.object())) {
            return;
        }
        LaneAccount account = subscription.session.account;
        account.offered++;
        if (!admitted && !datagram.view().forwards(subscription)) {
            account.refusedByPolicy++;
            return;
        }
        byte[] payload = datagram.payload();
        if (payload.length > subscription.session.endpoint().maxDatagramPayload()) {
            relay.counters().increment("dropped.datagram_too_large");
            account.tooLarge++;
            note(subscription, datagram, Obstacle.TOO_LARGE);
            return;
        }
        account.queued++;
        if (!subscription.session.queue.offer(payload)) {
            relay.counters().increment("dropped.queue_full");
            account.queueFull++;
            note(subscription, datagram, Obstacle.QUEUE_FULL);
        }
        subscription.past.sent(datagram.group(), false, false);
        relay.completion().wake(subscription.session);
    }

    private void note(Subscription subscription, CachedDatagram datagram, Obstacle obstacle) {
        subscription.past.refused(datagram.group(), datagram.object(), false, obstacle, "", relay.now());
    }

    /// A subscription has become active: it gets from the cache what it missed since its start.
    void catchUp(Subscription subscription) {
        Track track = subscription.track;
        for (UpstreamStream stream : new ArrayList<>(track.streams)) {
            if (subscription.streamOf(stream) == null) {
                open(subscription, stream);
            }
        }
        for (CachedDatagram datagram : track.datagrams()) {
            offer(subscription, datagram, false);
        }
    }

    /// Streams that could not be opened for want of MAX_STREAMS are tried again.
    void retryOpenings(Session session) {
        for (Subscription subscription : session.subscriptions.values()) {
            if (!subscription.active || subscription.done) {
                continue;
            }
            for (UpstreamStream stream : new ArrayList<>(subscription.track.streams)) {
                if (subscription.streamOf(stream) == null) {
                    open(subscription, stream);
                }
            }
        }
    }

    /// Removes a subscription's streams; those still open are reset if the connection lives.
    void subscriptionEnded(Subscription subscription) {
        for (LaneStream copy : new ArrayList<>(subscription.streams.values())) {
            boolean inKernel = copy.followed;
            forgetInKernel(copy);
            if (!copy.isSettled() && subscription.session.isEstablished()) {
                markReset(copy, StreamResetCode.CANCELLED.code());
                if (inKernel) {
                    abandoned.add(subscription.session, copy.upstream, copy.id, copy, copy.highestSent());
                } else {
                    subscription.session.endpoint().sendReset(copy.id, StreamResetCode.CANCELLED.code(), copy.highestSent());
                }
            } else if (!copy.isSettled()) {
                subscription.session.account.streamsCutOff++;
            }
            subscription.session.queue.remove(copy);
        }
        subscription.streams.clear();
        subscription.rulings.clear();
        relay.policies().unbind(subscription);
    }

    /// The publisher's connection is gone: what it had not finished can never be finished.
    void sessionClosed(Session session) {
        session.early.forEach(_ -> relay.counters().increment("dropped.unknown_alias"));
        session.early.clear();
        for (UpstreamStream stream : new ArrayList<>(session.upstream.values())) {
            if (stream.track != null && stream.finalSize() < 0) {
                streamReset(session, stream.id, StreamResetCode.SESSION_CLOSED.code());
            }
            cache.forgetEntries(stream);
        }
    }

    /// A publisher loses a track: what it had not finished of it can never be finished.
    void abandon(Session publisher, Track track) {
        for (UpstreamStream stream : new ArrayList<>(publisher.upstream.values())) {
            if (stream.track == track) {
                if (stream.finalSize() < 0) {
                    streamReset(publisher, stream.id, StreamResetCode.SESSION_CLOSED.code());
                }
                cache.forgetEntries(stream);
            }
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
}
