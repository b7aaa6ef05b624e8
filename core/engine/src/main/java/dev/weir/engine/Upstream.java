// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.ControlMessage.PublishDone;
import dev.weir.wire.moqt.ControlMessage.RequestError;
import dev.weir.wire.moqt.ControlMessage.RequestOk;
import dev.weir.wire.moqt.ControlMessage.RequestUpdate;
import dev.weir.wire.moqt.ControlMessage.Subscribe;
import dev.weir.wire.moqt.ControlMessage.SubscribeOk;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.Parameters;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.TrackProperties;
import dev.weir.wire.moqt.Vi64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The relay as a subscriber: SUBSCRIBE to publishers that announced a namespace, PUBLISH offered by publishers, aliases.
final class Upstream {
    /// After PUBLISH_DONE, streams that it counted but that have not arrived are waited for this long.
    private static final long MISSING_STREAM_NANOS = 2_000_000_000L;
    /// PUBLISH_DONE overtakes DATAGRAMs that wait for room in the publisher's congestion window, or that a network reorders. The track
    /// is over when none has come for this long: some probe timeouts, in which a publisher whose packets were lost sends the next.
    private static final long LATE_DATAGRAM_NANOS = 500_000_000L;
    /// A publisher that goes on all the same is not listened to for longer than this.
    private static final long LATEST_DATAGRAM_NANOS = 10_000_000_000L;

    private final Relay relay;
    private final Succession succession;

    Upstream(Relay relay) {
        this.relay = relay;
        this.succession = new Succession(relay, this);
    }

    Succession succession() {
        return succession;
    }

    /// Asks the publisher for the track.
    void subscribe(Session publisher, Track track) {
        track.publisher = publisher;
        track.state = Track.State.REQUESTED;
        track.pushed = false;
        track.forwarding = true;
        long requestId = publisher.nextRequestId;
        publisher.nextRequestId += 2;
        publisher.endpoint().openRequest(
                        new Subscribe(requestId, track.name, Parameters.EMPTY), new SubscribeAnswer(publisher, track));
    }

    /// Hears of our SUBSCRIBE, on a thread of the adapter.
    private final class SubscribeAnswer implements QuicEndpoint.RequestListener {
        private final Session publisher;
        private final Track track;

        SubscribeAnswer(Session publisher, Track track) {
            this.publisher = publisher;
            this.track = track;
        }

        @Override
        public void opened(RequestChannel channel) {
            relay.locked(() -> {
                if (track.publisher == publisher) {
                    track.upstreamChannel = channel;
                } else {
                    channel.finish(); // another publisher has taken over meanwhile
                }
            });
        }

        @Override
        public void message(RequestChannel channel, ControlMessage message) {
            relay.locked(() -> {
                if (track.publisher != publisher) {
                    return;
                }
                switch (message) {
                    case SubscribeOk ok when track.state == Track.State.REQUESTED -> {
                        if (ok.parameters().largestObject() != null) {
                            track.saw(
                                    ok.parameters().largestObject().group(),
                                    ok.parameters().largestObject().object());
                        }
                        establish(publisher, track, ok.trackAlias(), ok.properties(), ok.parameters().largestObject());
                    }
                    case RequestError error when track.state == Track.State.REQUESTED -> {
                        track.state = Track.State.ORPHANED;
                        relay.controlPlane().refused(track, error.code(), error.reason());
                    }
                    case PublishDone done -> end(track, done);
                    case RequestOk ok -> relay.counters().increment("updates.accepted");
                    default -> relay.controlPlane()
                            .violation(publisher, "unexpected answer " + message.getClass().getSimpleName());
                }
            });
        }

        @Override
        public void closed() {
            relay.locked(() -> {
                if (track.publisher == publisher && track.state == Track.State.REQUESTED) {
                    track.state = Track.State.ORPHANED;
                    relay.controlPlane()
                            .refused(track, RequestErrorCode.DOES_NOT_EXIST.code(), "the publisher closed the request");
                } else if (track.publisher == publisher && track.state == Track.State.ESTABLISHED) {
                    end(track, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), UNKNOWN_COUNT, ""));
                }
            });
        }
    }

    /// Stream count that says "unknown" (draft-18 PUBLISH_DONE).
    private static final long UNKNOWN_COUNT = (1L << 62) - 1;

    /// A publisher offers a track with PUBLISH.
    void publish(Session publisher, RequestChannel channel, Publish offer) {
        Track track = relay.tracks().get(offer.track());
        if (track != null && track.state == Track.State.ESTABLISHED) {
            if (!succession.yields(track, publisher, channel, offer)) {
                return;
            }
            track = relay.tracks().get(offer.track());
        }
        if (track != null && track.state == Track.State.ENDED) {
            relay.retire(track);
            track = null;
        }
        if (track == null) {
            track = new Track(offer.track(), relay.copies());
            relay.tracks().put(offer.track(), track);
        }
        track.publisher = publisher;
        track.pushed = true;
        track.upstreamChannel = channel;
        publisher.namespaces.put(channel, offer.track().namespace());
        if (offer.parameters().largestObject() != null) {
            track.saw(
                    offer.parameters().largestObject().group(),
                    offer.parameters().largestObject().object());
        }
        track.forwarding = !track.subscriptions.isEmpty();
        channel.send(new RequestOk(
                Parameters.builder().forward(track.forwarding).build(), TrackProperties.EMPTY));
        establish(publisher, track, offer.trackAlias(), offer.properties(), offer.parameters().largestObject());
    }

    private void establish(
            Session publisher, Track track, long alias, TrackProperties properties, @Nullable Location publishersLargest) {
        Track before = publisher.tracksByAlias.get(alias);
        if (before != null && before != track && before.state == Track.State.ESTABLISHED) {
            publisher.endpoint().close(SessionError.DUPLICATE_TRACK_ALIAS.code(), "alias " + alias + " names two tracks");
            return;
        }
        track.upstreamAlias = alias;
        track.properties = properties;
        track.defaultPriority = properties.defaultPublisherPriority();
        chooseAlias(track, alias);
        track.state = Track.State.ESTABLISHED;
        publisher.tracksByAlias.put(alias, track);
        publisher.endedAliases.begun(alias);
        succession.established(track, publishersLargest);
        relay.controlPlane().established(track);
        relay.streamDelivery().attachWaiting(publisher);
    }

    /// One alias per track relay-wide: the publisher's if it is free, else a free one with the same encoded length, so
    /// that copies only need an overwrite (WIRE.md section 7).
    private void chooseAlias(Track track, long wanted) {
        track.alias = wanted;
        track.aliasOverride = new byte[0];
        if (isFree(track, wanted)) {
            return;
        }
        int length = Vi64.size(wanted);
        long bound = length >= 9 ? Long.MAX_VALUE : 1L << 7 * length;
        for (long candidate = 0; candidate < bound; candidate++) {
            if (isFree(track, candidate)) {
                track.alias = candidate;
                track.aliasOverride = Vi64.encode(candidate, length);
                return;
            }
        }
        relay.counters().increment("aliases.exhausted");
    }

    private boolean isFree(Track track, long alias) {
        for (Track other : relay.tracks().values()) {
            if (other != track
                    && other.alias == alias
                    && (other.state == Track.State.ESTABLISHED || other.state == Track.State.ENDED)) {
                return false;
            }
        }
        return true;
    }

    /// Tells the publisher whether anybody wants the objects now (FORWARD).
    void forwardingWanted(Track track) {
        boolean wanted = track.subscriptions.stream().anyMatch(s -> s.forward);
        RequestChannel channel = track.upstreamChannel;
        Session publisher = track.publisher;
        if (wanted == track.forwarding
                || channel == null
                || publisher == null
                || !publisher.isEstablished()
                || track.state != Track.State.ESTABLISHED) {
            return;
        }
        track.forwarding = wanted;
        long requestId = publisher.nextRequestId;
        publisher.nextRequestId += 2;
        channel.send(new RequestUpdate(requestId, Parameters.builder().forward(wanted).build()));
    }

    /// PUBLISH_DONE on a PUBLISH stream.
    void published(Session publisher, RequestChannel channel, PublishDone done) {
        for (Track track : List.copyOf(relay.tracks().values())) {
            if (track.publisher == publisher && track.upstreamChannel == channel) {
                end(track, done);
                return;
            }
        }
        relay.controlPlane().violation(publisher, "PUBLISH_DONE for no track");
    }

    /// The publisher has closed its PUBLISH stream without a PUBLISH_DONE.
    void publishClosed(Session publisher, RequestChannel channel) {
        for (Track track : List.copyOf(relay.tracks().values())) {
            if (track.publisher == publisher && track.pushed && track.upstreamChannel == channel) {
                end(track, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), UNKNOWN_COUNT, ""));
            }
        }
    }

    /// Forgets a track with all that is cached of it.
    void drop(Track track) {
        relay.disarmTrack(track);
        relay.cache().dropTrack(track);
        if (track.publisher != null) {
            boolean hadAlias = track.publisher.tracksByAlias.remove(track.upstreamAlias, track);
            if (hadAlias && track.state == Track.State.ENDED) {
                track.publisher.endedAliases.ended(track.upstreamAlias, track.endedSubscriptions, relay.now());
            }
        }
        relay.tracks().values().remove(track);
    }

    private void end(Track track, PublishDone done) {
        if (track.state == Track.State.ENDED) {
            return;
        }
        track.state = Track.State.ENDED;
        track.endedAtNanos = relay.now();
        track.upstreamStreamCount = done.streamCount() == UNKNOWN_COUNT ? -1 : done.streamCount();
    }

    /// Everything the publisher announced has arrived, or waiting for it has become pointless.
    boolean isComplete(Track track, long now) {
        boolean waited = now - track.endedAtNanos > MISSING_STREAM_NANOS;
        if (!waited && (track.upstreamStreamCount < 0 || track.upstreamStreamsSeen < track.upstreamStreamCount)) {
            return false;
        }
        return (waited || track.streams.stream().allMatch(s -> s.finalSize() >= 0 || s.isReset())) && !expectsDatagrams(track, now);
    }

    private static boolean expectsDatagrams(Track track, long now) {
        Session publisher = track.publisher;
        return publisher != null
                && !publisher.closed
                && publisher.tracksByAlias.get(track.upstreamAlias) == track
                && track.quietSinceEnd(now) < LATE_DATAGRAM_NANOS
                && now - track.endedAtNanos < LATEST_DATAGRAM_NANOS;
    }

    /// A publisher is gone: its tracks lose their source, subscriptions stay.
    void sessionClosed(Session session) {
        for (Track track : List.copyOf(relay.tracks().values())) {
            if (track.publisher != session) {
                continue;
            }
            relay.disarmTrack(track);
            track.upstreamChannel = null;
            if (track.state == Track.State.REQUESTED) {
                track.state = Track.State.ORPHANED;
                relay.controlPlane()
                        .refused(track, RequestErrorCode.DOES_NOT_EXIST.code(), "the publisher has left");
            } else if (track.hasOwnFraming) {
                end(track, new PublishDone(PublishDoneStatus.TRACK_ENDED.code(), track.upstreamStreamsSeen, ""));
            } else if (track.state == Track.State.ESTABLISHED) {
                succession.orphan(track);
            }
            if (track.subscriptions.isEmpty()) {
                drop(track);
            } else if (track.state == Track.State.ORPHANED) {
                Session next = succession.publisherOf(track.name.namespace());
                if (next != null) {
                    subscribe(next, track);
                }
            }
        }
    }
}
