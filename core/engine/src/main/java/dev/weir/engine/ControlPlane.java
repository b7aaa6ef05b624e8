// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.PublishNamespace;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Setup;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.ControlMessage.UnsupportedRequest;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.SubscriptionFilter;
import dev.weir.wire.moqt.TrackProperties;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The relay's side of MoQT draft-18: requests of subscribers and publishers (WIRE.md sections 2 to 7). Upstream
/// subscriptions are [Upstream]'s.
final class ControlPlane {
    private final Relay relay;
    private final Upstream upstream;
    private boolean goingAway;

    ControlPlane(Relay relay) {
        this.relay = relay;
        this.upstream = new Upstream(relay);
    }

    /// Messages on the control stream: SETUP first, then nothing but GOAWAY.
    void control(Session session, ControlMessage message) {
        switch (message) {
            case Setup s when !session.setupReceived -> session.setupReceived = true;
            case Goaway g when session.setupReceived -> relay.counters().increment("goaway.received");
            default ->
                violation(session, "unexpected " + message.getClass().getSimpleName() + " on the control stream");
        }
    }

    void request(Session session, RequestChannel channel, ControlMessage message) {
        Long requestId = requestId(message);
        if (requestId == null) {
            violation(session, message.getClass().getSimpleName() + " does not begin a request stream");
            return;
        }
        if (!takeRequestId(session, requestId)) {
            return;
        }
        if (goingAway) {
            refuse(channel, RequestErrorCode.GOING_AWAY, "the relay is shutting down");
            return;
        }
        switch (message) {
            case Subscribe subscribe -> subscribe(session, channel, subscribe);
            case Publish publish -> upstream.publish(session, channel, publish);
            case PublishNamespace announce -> {
                session.namespaces.put(channel, announce.namespace());
                channel.send(new RequestOk(Parameters.EMPTY, TrackProperties.EMPTY));
                upstream.succession().namespaceAvailable(session, announce.namespace());
            }
            default ->
                refuse(channel, RequestErrorCode.NOT_SUPPORTED, "this relay does not serve this kind of request");
        }
    }

    private static @Nullable Long requestId(ControlMessage message) {
        return switch (message) {
            case Subscribe s -> s.requestId();
            case Publish p -> p.requestId();
            case PublishNamespace n -> n.requestId();
            case UnsupportedRequest u -> u.requestId();
            default -> null;
        };
    }

    /// Request IDs of the peer are even and ascend by two. Streams may overtake each other, so only parity and
    /// repetition below the next expected ID are judged per arrival.
    private boolean takeRequestId(Session session, long requestId) {
        long ordinal = requestId >>> 1;
        if ((requestId & 1) != 0 || session.requestIds.contains(ordinal, ordinal + 1)) {
            invalidRequestId(session, "request ID " + requestId + " has the wrong parity or was used");
            return false;
        }
        session.requestIds.add(ordinal, ordinal + 1);
        if (session.requestIds.size() > MOST_REQUEST_ID_GAPS) {
            invalidRequestId(session, "request IDs ascend by two, and up to " + requestId + " too many were left out");
            return false;
        }
        return true;
    }

    /// Requests may overtake each other, but there are no more of them open than the peer may have streams.
    private static final int MOST_REQUEST_ID_GAPS = 512;

    private void invalidRequestId(Session session, String reason) {
        relay.counters().increment("protocol_violations");
        session.endpoint().close(SessionError.INVALID_REQUEST_ID.code(), reason);
    }

    private void subscribe(Session session, RequestChannel channel, Subscribe request) {
        Track track = relay.tracks().get(request.track());
        if (track != null && track.hasOwnFraming) {
            refuse(channel, RequestErrorCode.DOES_NOT_EXIST, "what has this name is not MoQT");
            return;
        }
        if (track != null && session.subscriptions.containsKey(track)) {
            refuse(channel, RequestErrorCode.DUPLICATE_SUBSCRIPTION, "this session subscribes to the track already");
            return;
        }
        if (track == null || track.state == Track.State.ORPHANED || track.state == Track.State.ENDED) {
            Session publisher = upstream.succession().publisherOf(request.track().namespace());
            if (publisher == null) {
                refuse(channel, RequestErrorCode.DOES_NOT_EXIST, "no publisher has announced this track");
                return;
            }
            if (track != null && track.state == Track.State.ENDED) {
                relay.retire(track);
                track = null;
            }
            if (track == null) {
                track = new Track(request.track(), relay.copies());
                relay.tracks().put(request.track(), track);
            }
            upstream.subscribe(publisher, track);
        }
        var subscription = new Subscription(session, track, channel);
        subscription.forward = request.parameters().forward();
        subscription.priority = request.parameters().subscriberPriority();
        subscription.filter = request.parameters().filter();
        track.subscriptions.add(subscription);
        session.subscriptions.put(track, subscription);
        relay.policies().bind(subscription);
        if (track.state == Track.State.ESTABLISHED) {
            accept(subscription);
        }
    }

    /// Answers SUBSCRIBE; objects flow once the answer is acknowledged, so that no object overtakes its alias.
    void accept(Subscription subscription) {
        if (subscription.accepted) {
            return;
        }
        Track track = subscription.track;
        subscription.start = Subscription.startOf(subscription.filter, track.largest);
        if (subscription.filter instanceof SubscriptionFilter.AbsoluteRange range) {
            subscription.endGroup = range.endGroup();
        }
        subscription.accepted = true;
        var parameters = Parameters.builder();
        if (track.largest != null) {
            parameters.largestObject(track.largest);
        }
        subscription.channel.send(new SubscribeOk(track.alias, parameters.build(), track.properties));
        upstream.forwardingWanted(track);
    }

    void requestAcknowledged(Session session, long streamId) {
        for (Subscription subscription : session.subscriptions.values()) {
            if (subscription.accepted && !subscription.active && subscription.channel.streamId() == streamId) {
                subscription.activate();
                relay.lanes().refreshList(subscription.track);
                relay.drain();
                relay.streamDelivery().catchUp(subscription);
            }
        }
    }

    void requestMessage(Session session, RequestChannel channel, ControlMessage message) {
        switch (message) {
            case RequestUpdate update -> update(session, channel, update);
            case PublishDone done -> upstream.published(session, channel, done);
            default ->
                violation(session, "unexpected " + message.getClass().getSimpleName() + " on a request stream");
        }
    }

    private void update(Session session, RequestChannel channel, RequestUpdate update) {
        if (!takeRequestId(session, update.requestId())) {
            return;
        }
        for (Subscription subscription : session.subscriptions.values()) {
            if (subscription.channel == channel) {
                Parameters changed = update.parameters();
                if (changed.hasForward()) {
                    subscription.forward = changed.forward();
                }
                if (changed.hasSubscriberPriority()) {
                    subscription.priority = changed.subscriberPriority();
                }
                if (changed.filter() != null) {
                    subscription.start = Subscription.startOf(changed.filter(), subscription.track.largest);
                    subscription.endGroup = changed.filter() instanceof SubscriptionFilter.AbsoluteRange range
                            ? range.endGroup()
                            : Subscription.OPEN_END;
                }
                relay.lanes().refreshList(subscription.track);
                if (subscription.active) {
                    relay.drain();
                    relay.streamDelivery().openMissing(subscription);
                }
                upstream.forwardingWanted(subscription.track);
                channel.send(new RequestOk(Parameters.EMPTY, TrackProperties.EMPTY));
                return;
            }
        }
        refuse(channel, RequestErrorCode.DOES_NOT_EXIST, "no subscription on this stream");
    }

    void requestClosed(Session session, RequestChannel channel) {
        session.namespaces.remove(channel);
        upstream.publishClosed(session, channel);
        for (Subscription subscription : new ArrayList<>(session.subscriptions.values())) {
            if (subscription.channel == channel && !subscription.done) {
                channel.finish();
                remove(subscription);
            }
        }
    }

    private void remove(Subscription subscription) {
        Track track = subscription.track;
        relay.drain(); // while what the kernel sent on its streams can still be told from others
        subscription.done = true;
        subscription.session.account.settle(subscription.due);
        track.subscriptions.remove(subscription);
        subscription.session.subscriptions.remove(track);
        relay.lanes().refreshList(track);
        relay.laneStreams().subscriptionEnded(subscription);
        if (track.subscriptions.isEmpty() && track.state == Track.State.ORPHANED) {
            upstream.drop(track);
        }
        upstream.forwardingWanted(track);
    }

    void sessionClosed(Session session) {
        for (Subscription subscription : new ArrayList<>(session.subscriptions.values())) {
            remove(subscription);
        }
        upstream.sessionClosed(session);
    }

    Succession succession() {
        return upstream.succession();
    }

    /// Tracks whose publisher is done: PUBLISH_DONE to everyone who has got everything.
    void finishEnded(long now) {
        for (Track track : List.copyOf(relay.tracks().values())) {
            if (track.state != Track.State.ENDED || !upstream.isComplete(track, now)) {
                continue;
            }
            for (Subscription subscription : new ArrayList<>(track.subscriptions)) {
                if (subscription.accepted && hasEverything(subscription)) {
                    done(subscription, PublishDoneStatus.TRACK_ENDED, "the publisher has ended the track");
                    track.endedSubscriptions++;
                }
            }
            if (track.subscriptions.isEmpty()) {
                upstream.drop(track);
            }
        }
    }

    private boolean hasEverything(Subscription subscription) {
        Session session = subscription.session;
        if (!subscription.blocked.isEmpty()
                && relay.streamDelivery().isWanted(subscription, subscription.blocked.getFirst())) {
            return false; // asked in every tick, as long as its peer allows no further stream
        }
        // What is outstanding cannot be told apart by track: with several tracks only the last one waits for it.
        boolean outstanding = session.subscriptions.size() == 1 && session.ledger.outstanding() > 0;
        if (!subscription.active || session.queue.hasDatagrams() || outstanding) {
            return false;
        }
        for (LaneStream stream : subscription.streams.values()) {
            if (!stream.isSettled()) {
                return false;
            }
        }
        for (UpstreamStream stream : subscription.track.streams) {
            boolean dropped = Boolean.FALSE.equals(subscription.rulings.get(stream));
            boolean wanted = subscription.forward
                    && subscription.wantsGroup(stream.group())
                    && !stream.isReset()
                    && !subscription.isPast(stream)
                    && !dropped;
            boolean enters = stream.isWantedWhole(subscription) || stream.enterAt(subscription.start) != null;
            if (wanted && enters && subscription.streamOf(stream) == null) {
                return false;
            }
        }
        return true;
    }

    /// Ends a subscription with PUBLISH_DONE.
    void done(Subscription subscription, PublishDoneStatus status, String reason) {
        subscription.channel.send(new PublishDone(status.code(), subscription.streamsOpened, reason));
        subscription.channel.finish();
        remove(subscription);
    }

    boolean isGoingAway() {
        return goingAway;
    }

    /// Asks everybody to leave; what is subscribed to goes on.
    void drain() {
        goingAway = true;
        for (Session session : relay.sessions()) {
            sayGoodbye(session);
        }
    }

    /// A second GOAWAY would be a violation (draft-18 section 9.4).
    private static void sayGoodbye(Session session) {
        if (session.isEstablished() && !session.framing.isOwn() && !session.history.toldToLeave) {
            session.history.toldToLeave = true;
            session.endpoint().sendControl(new Goaway("", 0, 0L));
        }
    }

    void shutDown() {
        goingAway = true;
        for (Session session : relay.sessions()) {
            if (!session.isEstablished()) {
                continue;
            }
            sayGoodbye(session);
            for (Subscription subscription : new ArrayList<>(session.subscriptions.values())) {
                done(subscription, PublishDoneStatus.GOING_AWAY, "the relay is shutting down");
            }
        }
    }

    void violation(Session session, String what) {
        relay.counters().increment("protocol_violations");
        session.endpoint().close(SessionError.PROTOCOL_VIOLATION.code(), what);
    }

    static void refuse(RequestChannel channel, RequestErrorCode code, String reason) {
        channel.send(new RequestError(code.code(), 0, reason));
        channel.finish();
    }

    /// The track's alias is known now: everybody who waits is answered.
    void established(Track track) {
        for (Subscription subscription : new ArrayList<>(track.subscriptions)) {
            accept(subscription);
        }
    }

    /// The publisher refused the track.
    void refused(Track track, long code, String reason) {
        for (Subscription subscription : new ArrayList<>(track.subscriptions)) {
            if (!subscription.accepted) {
                subscription.channel.send(new RequestError(code, 0, reason));
                subscription.channel.finish();
                remove(subscription);
            }
        }
        if (track.subscriptions.isEmpty()) {
            relay.tracks().remove(track.name);
        }
    }
}
