// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage.Publish;
import dev.weir.wire.moqt.Location;
import dev.weir.wire.moqt.PublishDoneStatus;
import dev.weir.wire.moqt.RequestErrorCode;
import dev.weir.wire.moqt.SessionError;
import dev.weir.wire.moqt.TrackNamespace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// One publisher of a track after another. Subscriptions outlive their publisher: whoever announces the track next takes it
/// over, at once if nobody has it, else as soon as the one before is known to be gone, which need not wait for its idle
/// timeout ("implementations can consider the … idle time of the session", draft-18 section 8.3).
///
/// An object is named by its location, so a publisher that returns must go on above the locations that were published
/// already. If it counts from the beginning again, its objects are another track's under the same name: subscribers of the
/// former one are told that it has ended, and may subscribe anew.
///
/// Guarded by the engine's lock.
final class Succession {
    /// A publisher that was not heard of for this long is asked for a sign of life if another one could take its place.
    private static final long SILENCE_NANOS = 1_000_000_000L;
    /// It has this long to answer.
    private static final long ANSWER_NANOS = 1_000_000_000L;

    /// A PUBLISH for a track that another publisher has; it is answered when that one has answered, or not.
    private record Offer(Session publisher, RequestChannel channel, Publish message, Session rival) {}

    private final Relay relay;
    private final Upstream upstream;
    private final List<Offer> offers = new ArrayList<>();

    Succession(Relay relay, Upstream upstream) {
        this.relay = relay;
        this.upstream = upstream;
    }

    /// The session that announced a prefix of the namespace: the first one of which something was heard of late, else the
    /// one that was heard of last.
    @Nullable Session publisherOf(TrackNamespace namespace) {
        return publisherOf(namespace, null);
    }

    private @Nullable Session publisherOf(TrackNamespace namespace, @Nullable Session except) {
        Session latest = null;
        for (Session session : relay.sessions()) {
            if (session == except
                    || !session.isEstablished()
                    || isGone(session)
                    || session.namespaces.values().stream().noneMatch(n -> n.isPrefixOf(namespace))) {
                continue;
            }
            if (!isSilent(session)) {
                return session;
            }
            if (latest == null || latest.lastHeardNanos - session.lastHeardNanos < 0) {
                latest = session;
            }
        }
        return latest;
    }

    private boolean isSilent(Session session) {
        return relay.now() - session.lastHeardNanos > SILENCE_NANOS;
    }

    /// A session has announced a namespace.
    void namespaceAvailable(Session publisher, TrackNamespace namespace) {
        for (Track track : List.copyOf(relay.tracks().values())) {
            if (!namespace.isPrefixOf(track.name.namespace())) {
                continue;
            }
            Session present = track.publisher;
            if (track.state == Track.State.ORPHANED) {
                upstream.subscribe(publisher, track);
            } else if (hasPublisher(track) && present != null && isSameHost(present, publisher)) {
                closeFormer(present);
            }
        }
    }

    /// Its tracks go to whoever has announced them.
    private void closeFormer(Session former) {
        relay.counters().increment("publishers.succeeded");
        former.endpoint().close(SessionError.NO_ERROR.code(), "this address and port has connected anew");
        relay.closed(former);
    }

    private static boolean hasPublisher(Track track) {
        return !track.hasOwnFraming && (track.state == Track.State.ESTABLISHED || track.state == Track.State.REQUESTED);
    }

    /// A new connection from the same address and port: the one before it is over, even if it has not said so.
    private static boolean isSameHost(Session present, Session next) {
        return present != next && present.endpoint().remoteAddress().equals(next.endpoint().remoteAddress());
    }

    /// A PUBLISH for a track that another publisher has.
    ///
    /// @return whether the track is free for it now; else it is answered later
    boolean yields(Track track, Session publisher, RequestChannel channel, Publish message) {
        Session present = track.publisher;
        if (present == null || present.closed) {
            return true;
        }
        if (present == publisher) {
            ControlPlane.refuse(channel, RequestErrorCode.UNINTERESTED, "this session publishes the track already");
            return false;
        }
        if (isSameHost(present, publisher)) {
            closeFormer(present);
            return true;
        }
        suspect(present);
        offers.add(new Offer(publisher, channel, message, present));
        return false;
    }

    private void suspect(Session publisher) {
        if (publisher.suspectedNanos == 0) {
            publisher.suspectedNanos = relay.now();
            publisher.endpoint().sendPing();
        }
    }

    private boolean hasAnswered(Session suspect) {
        return suspect.lastHeardNanos - suspect.suspectedNanos > 0;
    }

    private boolean isGone(Session suspect) {
        return suspect.closed
                || suspect.suspectedNanos != 0
                        && !hasAnswered(suspect)
                        && relay.now() - suspect.suspectedNanos > ANSWER_NANOS;
    }

    /// Looks after publishers that may be gone. Call it often.
    void tick() {
        for (Track track : List.copyOf(relay.tracks().values())) {
            Session present = track.publisher;
            if (present == null || present.closed || !hasPublisher(track) || !isSilent(present)) {
                continue;
            }
            Session next = publisherOf(track.name.namespace(), present);
            if (next != null) {
                if (isGone(present)) {
                    handOn(track, next);
                } else {
                    suspect(present);
                }
            }
        }
        for (Offer offer : List.copyOf(offers)) {
            answer(offer);
        }
        for (Session session : relay.sessions()) {
            if (session.suspectedNanos != 0 && hasAnswered(session)) {
                session.suspectedNanos = 0;
            }
        }
    }

    private void answer(Offer offer) {
        Track track = relay.tracks().get(offer.message.track());
        boolean isRivals = track != null && track.publisher == offer.rival && hasPublisher(track);
        if (offer.publisher.closed) {
            offers.remove(offer);
        } else if (isRivals && !isGone(offer.rival)) {
            if (hasAnswered(offer.rival)) {
                offers.remove(offer);
                ControlPlane.refuse(offer.channel, RequestErrorCode.UNINTERESTED, "another publisher sends this track");
            }
        } else {
            offers.remove(offer);
            if (isRivals) {
                release(track);
            }
            upstream.publish(offer.publisher, offer.channel, offer.message);
        }
    }

    private void handOn(Track track, Session next) {
        release(track);
        upstream.subscribe(next, track);
    }

    /// Takes a track from its publisher, which lives or not.
    void release(Track track) {
        Session present = track.publisher;
        relay.counters().increment("publishers.succeeded");
        relay.drain();
        relay.disarmTrack(track);
        RequestChannel channel = track.upstreamChannel;
        track.upstreamChannel = null;
        if (present != null) {
            if (channel != null) {
                present.namespaces.remove(channel);
                channel.finish();
            }
            present.tracksByAlias.remove(track.upstreamAlias, track);
            relay.streamDelivery().abandon(present, track);
        }
        orphan(track);
    }

    /// The publisher of a track is gone.
    void orphan(Track track) {
        track.state = Track.State.ORPHANED;
        track.resumesAfter = track.largest;
    }

    /// A publisher has taken up a track: whether it goes on where the one before it ended is known now if it says so, else
    /// with its first object. Until then the kernel must not copy anything.
    void established(Track track, @Nullable Location publishersLargest) {
        Location before = track.resumesAfter;
        if (before == null) {
            relay.armTrack(track);
        } else if (publishersLargest != null) {
            judge(track, publishersLargest.compareTo(before) >= 0);
            track.saw(publishersLargest.group(), publishersLargest.object());
        }
    }

    /// The first object of a publisher that has taken up a track.
    void firstObject(Track track, Location location) {
        Location before = track.resumesAfter;
        if (before != null) {
            judge(track, location.compareTo(before) > 0);
        }
    }

    private void judge(Track track, boolean goesOn) {
        track.resumesAfter = null;
        if (!goesOn) {
            relay.counters().increment("tracks.renumbered");
            for (Subscription subscription : List.copyOf(track.subscriptions)) {
                if (subscription.accepted) {
                    relay.controlPlane().done(subscription, PublishDoneStatus.TRACK_ENDED,
                            "the publisher has begun the track again; subscribe again");
                }
            }
            relay.cache().dropTrack(track);
            track.beginAgain();
        }
        relay.armTrack(track);
    }
}
