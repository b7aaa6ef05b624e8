// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.wire.moqt.FullTrackName;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The relay: sessions, tracks and lanes behind one lock, with or without a data plane in the kernel.
///
/// Thread-safe. Somebody has to call [#tick] every few milliseconds; it drives the lease, timers and clean-up.
public final class Relay {
    /// A namespace that nobody can have: names that begin with a dot are reserved (draft-18 section 2.4.1).
    private static final String RETIRED = ".ended";

    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable DataPlane dataPlane;
    private final long leaseNanos;
    private final Counters counters = new Counters();
    private final Map<Integer, Session> sessions = new LinkedHashMap<>();
    private final Map<FullTrackName, Track> tracks = new LinkedHashMap<>();
    private final LaneSlots slots;
    private final Lanes lanes;
    private final Policies policies;
    private final ControlPlane controlPlane = new ControlPlane(this);
    private final ObjectCache cache;
    private final StreamDelivery streamDelivery;
    private final LaneStreams laneStreams = new LaneStreams(this);
    private final DatagramDelivery datagrams = new DatagramDelivery(this);
    private final Completion completion = new Completion(this);
    private final Recovery recovery = new Recovery(this);
    private final RecordIntake intake = new RecordIntake(this);
    private final OwnFraming ownFraming = new OwnFraming(this);
    private final Auditor auditor = new Auditor(this);
    private final CopyTally copies = CopyTally.whole();
    private final RelayViews views = new RelayViews(this);
    private final RelaySteering steering = new RelaySteering(this);
    private final RelayTracing tracing = new RelayTracing(this);
    private final Supplier<Long> clock;
    private final Supplier<CongestionControl> congestion;
    private long retired;

    /// @param dataPlane the kernel's half; null: user space serves everybody
    /// @param classes the kinds of subscribers
    /// @param leaseNanos how long the kernel forwards without a tick
    /// @param cacheBytes bound of the object cache
    /// @param clock CLOCK_MONOTONIC in nanoseconds
    public Relay(
            @Nullable DataPlane dataPlane,
            LaneClassifier classes,
            long leaseNanos,
            long cacheBytes,
            Supplier<Long> clock) {
        this(dataPlane, classes, leaseNanos, cacheBytes, clock, NewReno::new);
    }

    /// The same with another congestion controller.
    ///
    /// @param congestion makes that of a connection
    public Relay(
            @Nullable DataPlane dataPlane,
            LaneClassifier classes,
            long leaseNanos,
            long cacheBytes,
            Supplier<Long> clock,
            Supplier<CongestionControl> congestion) {
        this.congestion = congestion;
        this.dataPlane = dataPlane;
        this.leaseNanos = leaseNanos;
        this.clock = clock;
        this.slots = new LaneSlots(dataPlane == null ? 0 : dataPlane.laneSlots());
        this.lanes = new Lanes(this, dataPlane);
        this.policies = new Policies(this, dataPlane == null ? null : dataPlane.policies(), classes);
        this.cache = new ObjectCache(this, cacheBytes);
        this.streamDelivery = new StreamDelivery(this, cache);
    }

    /// Makes room for a connection that is about to be accepted. A connection beyond the maps' size gets cells of its own
    /// and is served from user space.
    public Session newSession() {
        return lockedGet(() -> {
            int slot = slots.take();
            Cells cells = dataPlane != null && slot < slots.size() ? dataPlane.cells(slot) : Cells.privateCells();
            if (dataPlane != null && slot >= slots.size()) {
                counters.increment("lanes.full");
            }
            var session = new Session(this, slot, cells, congestion.get());
            sessions.put(slot, session);
            counters.increment("connections.accepted");
            return session;
        });
    }

    /// Keeps the lease alive, drains records, fires timers. Call it every few milliseconds.
    public void tick() {
        DataPlane plane = dataPlane;
        if (plane != null) {
            plane.renewLease(now() + leaseNanos);
        }
        locked(() -> {
            drain();
            long now = now();
            for (Session session : sessionsNow()) {
                if (session.isEstablished()) {
                    counters.add("skipped.random", session.skipped.skipSometimes(session.cells));
                    recovery.timers(session, now); // the last: it may put the peer out
                }
            }
            slots.tick(now);
            lanes.tick(now);
            cache.collect(now);
            streamDelivery.reconsider(now);
            laneStreams.abandoned().tick();
            controlPlane.finishEnded(now);
            controlPlane.succession().tick();
        });
    }

    /// Announces the end to everybody: GOAWAY, PUBLISH_DONE. The caller closes the connections afterwards.
    public void announceShutdown() {
        locked(controlPlane::shutDown);
    }

    /// Stops the data plane: nothing is forwarded afterwards.
    public void close() {
        locked(() -> {
            for (Session session : sessionsNow()) {
                closed(session);
            }
            if (dataPlane != null) {
                dataPlane.renewLease(0);
                dataPlane.close();
            }
        });
    }

    /// All counters under their stable names (docs/reference/counters.md).
    public Map<String, Long> statistics() {
        Map<String, Long> result = counts();
        DataPlane plane = dataPlane;
        if (plane != null) {
            // Not under the lock: counting the entries of a large hash takes milliseconds.
            plane.populations().forEach((name, count) -> result.put("map." + name, (long) count));
        }
        return result;
    }

    /// The same without the populations of maps, which take long to count.
    public Map<String, Long> counts() {
        return lockedGet(() -> {
            drain();
            var result = new TreeMap<>(counters.snapshot());
            result.put("connections", sessions.values().stream().filter(Session::isEstablished).count());
            result.put("subscriptions", tracks.values().stream().mapToLong(t -> t.subscriptions.size()).sum());
            result.put(
                    "subscriptions.active",
                    tracks.values().stream().mapToLong(t -> t.active().size()).sum());
            result.putAll(auditor.imbalances());
            result.put("lane_lists.stale", (long) lanes.staleLists());
            result.put("tracks", (long) tracks.size());
            result.put("lanes", sessions.values().stream().filter(s -> s.laneLive).count());
            result.put("cache.bytes", cache.bytes());
            result.put("outstanding.packets", sessions.values().stream().mapToLong(s -> s.ledger.outstanding()).sum());
            if (dataPlane != null) {
                dataPlane.statistics().forEach((name, count) -> result.merge(name, count, Long::sum));
            }
            for (String always : List.of("copies.kernel", "copies.userspace", "tag_failures", "protocol_violations")) {
                result.putIfAbsent(always, 0L);
            }
            return result;
        });
    }

    void readSideChanged(Session session) {
        if (dataPlane == null || session.publisherIndex == DataPlane.NONE || !session.isEstablished()) {
            return;
        }
        QuicEndpoint.ReadSide side = session.endpoint().readSide();
        if (side != null) {
            dataPlane.updatePublisher(session.publisherIndex, side);
        }
    }

    /// Makes a track of an established publisher known to the kernel.
    void armTrack(Track track) {
        Session publisher = track.publisher;
        if (dataPlane == null || publisher == null || !publisher.isEstablished() || track.index != DataPlane.NONE) {
            return;
        }
        if (publisher.publisherIndex == DataPlane.NONE) {
            QuicEndpoint.ReadSide side = publisher.endpoint().readSide();
            if (side == null) {
                return;
            }
            publisher.publisherIndex =
                    dataPlane.openPublisher(side, publisher.endpoint().remoteAddress());
            if (publisher.publisherIndex == DataPlane.NONE) {
                counters.increment("publishers.full");
                return;
            }
            publisher.publisherGeneration = dataPlane.publisherGeneration(publisher.publisherIndex);
        }
        track.index = track.hasOwnFraming
                ? dataPlane.openOwnTrack(publisher.publisherIndex, track.defaultPriority)
                : dataPlane.openTrack(
                        publisher.publisherIndex, track.upstreamAlias, track.defaultPriority, track.aliasOverride);
        if (track.index == DataPlane.NONE) {
            counters.increment("tracks.full");
        }
        lanes.refreshList(track);
    }

    /// Makes room for a new track of the same name. Subscribers of the one that has ended still get the rest of it.
    void retire(Track ended) {
        tracks.values().remove(ended);
        tracks.put(FullTrackName.of(RETIRED, Long.toString(retired++)), ended);
    }

    void disarmTrack(Track track) {
        if (dataPlane != null && track.index != DataPlane.NONE && track.publisher != null) {
            dataPlane.closeTrack(track.publisher.publisherIndex, track.upstreamAlias, track.index);
        }
        track.index = DataPlane.NONE;
    }

    /// The end of a connection: its lane first, then everything that refers to it (DESIGN rule 9).
    void closed(Session session) {
        if (session.closed) {
            return;
        }
        session.closed = true;
        ConnectionTrace trace = session.trace;
        if (trace != null) {
            trace.closed(now());
        }
        lanes.withdraw(session);
        if (dataPlane != null && session.publisherIndex != DataPlane.NONE) {
            dataPlane.closePublisher(session.publisherIndex);
            dataPlane.quiesce(); // what the kernel still sent of its packets is in the records then
        }
        drain();
        controlPlane.sessionClosed(session);
        streamDelivery.sessionClosed(session);
        auditor.closed(session);
        session.publisherIndex = DataPlane.NONE;
        sessions.remove(session.slot);
        slots.retire(session.slot, now());
        counters.increment("connections.closed");
    }

    /// Applies all records the kernel has written so far.
    void drain() {
        if (dataPlane != null) {
            dataPlane.drain(intake);
        }
    }

    void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    <T extends @Nullable Object> T lockedGet(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }

    long now() {
        return clock.get();
    }

    @Nullable DataPlane dataPlane() {
        return dataPlane;
    }

    /// Who gets what.
    public Policies policies() {
        return policies;
    }

    /// Whether its books balance.
    public Auditor auditor() {
        return auditor;
    }

    /// What can be seen of it.
    public RelayViews views() {
        return views;
    }

    /// What it can be made to do.
    public RelaySteering steering() {
        return steering;
    }

    /// Traces of its connections.
    public RelayTracing tracing() {
        return tracing;
    }

    long leaseNanos() {
        return leaseNanos;
    }

    /// What became of the frames of all tracks.
    CopyTally copies() {
        return copies;
    }

    ObjectCache cache() {
        return cache;
    }

    Counters counters() {
        return counters;
    }

    Map<FullTrackName, Track> tracks() {
        return tracks;
    }

    Iterable<Session> sessions() {
        return sessions.values();
    }

    /// A copy of them, for those who may end some on the way.
    List<Session> sessionsNow() {
        return List.copyOf(sessions.values());
    }

    @Nullable Session session(int slot) {
        return sessions.get(slot);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    /// Rows of the kernel's lane table; 0 without a kernel.
    int laneSlots() {
        return slots.size();
    }

    Lanes lanes() {
        return lanes;
    }

    StreamDelivery streamDelivery() {
        return streamDelivery;
    }

    LaneStreams laneStreams() {
        return laneStreams;
    }

    DatagramDelivery datagrams() {
        return datagrams;
    }

    Completion completion() {
        return completion;
    }

    Recovery recovery() {
        return recovery;
    }

    OwnFraming ownFraming() {
        return ownFraming;
    }
}
