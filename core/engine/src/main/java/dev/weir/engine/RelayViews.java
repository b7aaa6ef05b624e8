// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.Explanation;
import dev.weir.engine.view.KernelView;
import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.PublisherView;
import dev.weir.engine.view.RelayView;
import dev.weir.engine.view.SubscriberView;
import dev.weir.engine.view.TrackCopies;
import dev.weir.engine.view.TrackView;
import dev.weir.wire.moqt.FullTrackName;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What can be seen of a running relay. For any number of threads.
///
/// Lists are taken in slices of a few connections or tracks under the engine's lock, so that packets are never kept waiting for
/// more than some microseconds; a list is therefore right entry by entry, not as a whole.
public final class RelayViews {
    /// Connections or tracks looked at before the lock is given up.
    private static final int SLICE = 16;

    private final Relay relay;

    RelayViews(Relay relay) {
        this.relay = relay;
    }

    /// The relay as a whole.
    public RelayView relay() {
        return relay.lockedGet(() -> {
            DataPlane plane = relay.dataPlane();
            long until = plane == null ? 0 : plane.leaseUntilNanos();
            int publishers = 0;
            int subscribers = 0;
            int lanes = 0;
            int connections = 0;
            int subscriptions = 0;
            for (Session session : relay.sessions()) {
                if (session.isEstablished()) {
                    connections++;
                    publishers += isPublisher(session) ? 1 : 0;
                    subscribers += session.subscriptions.isEmpty() ? 0 : 1;
                    subscriptions += session.subscriptions.size();
                    lanes += session.laneLive ? 1 : 0;
                }
            }
            var counters = relay.counters();
            return new RelayView(
                    plane == null ? "userspace" : "kernel",
                    word(relay.steering().mode()),
                    relay.controlPlane().isGoingAway(),
                    relay.leaseNanos(),
                    Math.max(0, until - relay.now()),
                    connections,
                    publishers,
                    subscribers,
                    relay.tracks().size(),
                    subscriptions,
                    lanes,
                    relay.laneSlots(),
                    counters.get("copies.kernel"),
                    counters.get("copies.userspace"),
                    relay.cache().bytes(),
                    relay.cache().limit());
        });
    }

    /// All tracks, in the order in which they became known.
    public List<TrackView> tracks() {
        List<Map.Entry<FullTrackName, Track>> all = relay.lockedGet(() -> {
            var entries = new ArrayList<Map.Entry<FullTrackName, Track>>();
            relay.tracks().forEach((key, track) -> entries.add(Map.entry(key, track)));
            return entries;
        });
        return sliced(all, entry -> {
            Track track = entry.getValue();
            return relay.tracks().get(entry.getKey()) == track ? track(track) : null;
        });
    }

    /// What became of the frames of each track, and of all tracks, which come last. They are counted since the relay began, and
    /// the last entry is never less than the sum of the others.
    public List<TrackCopies> copies() {
        List<Track> all = relay.lockedGet(() -> {
            relay.drain();
            return new ArrayList<>(relay.tracks().values());
        });
        List<TrackCopies> result = sliced(all, track -> new TrackCopies(
                track.name.toString(), track.copies.number(), track.active().size(), track.copies.counts()));
        result.add(relay.lockedGet(() -> new TrackCopies("", 0, 0, relay.copies().counts())));
        return result;
    }

    private TrackView track(Track track) {
        String reason = relay.steering().whyNotKernel(track);
        List<Subscription> active = track.active();
        Session publisher = track.publisher;
        return new TrackView(
                track.name.toString(),
                word(track.state),
                publisher == null ? -1 : publisher.slot,
                track.alias,
                track.upstreamAlias,
                word(relay.steering().modeOf(track)),
                reason.isEmpty() ? "kernel" : "userspace",
                reason,
                track.defaultPriority,
                track.subscriptions.size(),
                active.size(),
                (int) active.stream().filter(s -> s.session.laneLive).count(),
                track.largest == null ? -1 : track.largest.group(),
                track.largest == null ? -1 : track.largest.object(),
                track.streams.size(),
                track.cachedDatagrams(),
                track.upstreamStreamsSeen,
                track.receivedDatagrams,
                track.receivedBytes);
    }

    /// All connections that subscribe to something.
    public List<SubscriberView> subscribers() {
        return sessions(session -> !session.subscriptions.isEmpty(), this::subscriber);
    }

    private SubscriberView subscriber(Session session) {
        List<Subscription> all = List.copyOf(session.subscriptions.values());
        return new SubscriberView(
                session.slot,
                address(session),
                session.laneClass,
                age(session),
                session.laneLive ? "kernel" : "userspace",
                all.stream().map(each -> each.track.name.toString()).toList(),
                all.stream().map(RelayViews::subscription).toList());
    }

    private static SubscriberView.Subscription subscription(Subscription each) {
        return new SubscriberView.Subscription(
                each.track.name.toString(),
                !each.accepted ? "waiting" : !each.active ? "accepted" : each.forward ? "active" : "paused",
                each.policy.name(),
                each.policy.form().word(),
                each.priority,
                each.start.group(),
                each.start.object(),
                each.endGroup,
                each.streamsOpened,
                (int) each.streams.values().stream().filter(stream -> !stream.isSettled()).count(),
                each.past.sentByKernel(),
                each.past.sentByUserSpace(),
                each.past.refused());
    }

    /// All connections that publish, or have announced that they would.
    public List<PublisherView> publishers() {
        return sessions(RelayViews::isPublisher, this::publisher);
    }

    private static boolean isPublisher(Session session) {
        return !session.namespaces.isEmpty() || !session.tracksByAlias.isEmpty();
    }

    private PublisherView publisher(Session session) {
        List<Track> tracks = relay.tracks().values().stream().filter(track -> track.publisher == session).toList();
        return new PublisherView(
                session.slot,
                address(session),
                age(session),
                session.framing.isOwn() ? "own" : "moqt",
                session.namespaces.values().stream().map(Object::toString).distinct().toList(),
                tracks.stream().map(track -> track.name.toString()).toList(),
                session.publisherIndex,
                tracks.stream().mapToLong(track -> track.receivedBytes).sum());
    }

    /// All connections that objects are sent to, as the data plane sees them.
    public List<LaneStatus> lanes() {
        return sessions(session -> !session.subscriptions.isEmpty(), session -> LaneLimits.status(relay, session));
    }

    /// One connection, whether or not it subscribes to something.
    ///
    /// @param id number of the connection
    /// @return null if there is none of that number
    public @Nullable LaneStatus lane(int id) {
        return relay.lockedGet(() -> {
            Session session = relay.session(id);
            return session == null || !session.isEstablished() ? null : LaneLimits.status(relay, session);
        });
    }

    /// What the relay has in the kernel.
    public KernelView kernel() {
        DataPlane plane = relay.dataPlane();
        // Not under the lock: counting the entries of a large hash takes milliseconds.
        return plane == null ? KernelView.NONE : plane.kernelView();
    }

    /// Why a subscriber did not get an object, or that it did.
    ///
    /// @param subscriber number of the connection
    /// @param track full track name; null: the only one that it subscribes to
    /// @param group null: everything that is remembered
    /// @param object null: the whole group
    /// @throws SteeringException if there is no such subscriber or subscription
    public Explanation explain(int subscriber, @Nullable String track, @Nullable Long group, @Nullable Long object) {
        return relay.lockedGet(() -> {
            relay.drain();
            Session session = relay.session(subscriber);
            if (session == null || !session.isEstablished() || session.subscriptions.isEmpty()) {
                throw SteeringException.noSubscriber(subscriber);
            }
            return new Explainer(relay, Explainer.find(session, track)).explain(group, object);
        });
    }

    static String address(Session session) {
        InetSocketAddress peer = session.endpoint().remoteAddress();
        return peer.getAddress().getHostAddress() + " port " + peer.getPort();
    }

    private long age(Session session) {
        return relay.now() - session.history.establishedNanos;
    }

    private <T> List<T> sessions(Predicate<Session> wanted, Function<Session, T> view) {
        List<Session> all = relay.lockedGet(() -> {
            var result = new ArrayList<Session>();
            relay.sessions().forEach(result::add);
            return result;
        });
        return sliced(all, session -> session.isEstablished() && wanted.test(session) ? view.apply(session) : null);
    }

    /// @param view null: it is left out
    private <A, T> List<T> sliced(List<A> all, Function<A, @Nullable T> view) {
        var result = new ArrayList<T>();
        for (int from = 0; from < all.size(); from += SLICE) {
            List<A> slice = all.subList(from, Math.min(all.size(), from + SLICE));
            relay.locked(() -> {
                for (A each : slice) {
                    T made = view.apply(each);
                    if (made != null) {
                        result.add(made);
                    }
                }
            });
        }
        return result;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
