// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.DataPlane.FanoutEntry;
import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.wire.moqt.FullTrackName;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The relay: sessions, tracks and lanes behind one lock, with or without a data plane in the kernel.
///
/// Thread-safe. Somebody has to call [#tick] every few milliseconds; it drives the lease, timers and clean-up.
public final class Relay {
    /// A slot is not used again before this time after its connection ended, so that no program run that still holds it
    /// can meet its successor.
    private static final long SLOT_QUARANTINE_NANOS = 1_000_000_000L;

    /// Packet numbers that the kernel may draw while keys are switched.
    private static final int KEY_SWITCH_MARGIN = 16;

    /// How often lanes without a route are tried again and the others' routes are looked at.
    private static final long LANE_CARE_NANOS = 1_000_000_000L;

    /// A lane list that was flipped is not written again before this time, or a pause as long as a program run.
    private static final long LANE_LIST_REST_NANOS = 4_000_000L;

    /// Each key update leaves out packet numbers, and the ledger's memory follows what is open. A peer that updates without acknowledging
    /// is not waited for any longer than this many numbers.
    private static final long MOST_UNACKNOWLEDGED_SPAN = 1 << 18;

    private record RetiredSlot(int slot, long freeAtNanos) {}

    private final ReentrantLock lock = new ReentrantLock();
    private final @Nullable DataPlane dataPlane;
    private final long leaseNanos;
    private final Counters counters = new Counters();
    private final Map<Integer, Session> sessions = new LinkedHashMap<>();
    private final Map<FullTrackName, Track> tracks = new LinkedHashMap<>();
    private final BitSet usedSlots = new BitSet();
    private final Deque<RetiredSlot> retiredSlots = new ArrayDeque<>();
    private final Set<Track> staleLaneLists = new LinkedHashSet<>();
    private final Policies policies;
    private final ControlPlane controlPlane = new ControlPlane(this);
    private final ObjectCache cache;
    private final Delivery delivery;
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
    private int nextUnsharedSlot = 1 << 20;
    private long retired;
    private long lanesLookedAfterNanos;
    private long laneListsFlippedNanos;

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
        this.policies = new Policies(this, dataPlane == null ? null : dataPlane.policies(), classes);
        this.cache = new ObjectCache(this, cacheBytes);
        this.delivery = new Delivery(this, cache);
    }

    /// Makes room for a connection that is about to be accepted. A connection beyond the maps' size gets cells of its own
    /// and is served from user space.
    public Session newSession() {
        return lockedGet(() -> {
            int slot = freeSlot();
            Cells cells = slot < laneSlots() && dataPlane != null ? dataPlane.cells(slot) : Cells.privateCells();
            var session = new Session(this, slot, cells, congestion.get());
            sessions.put(slot, session);
            counters.increment("connections.accepted");
            return session;
        });
    }

    private int freeSlot() {
        freeRetiredSlots();
        int slot = usedSlots.nextClearBit(0);
        if (slot >= laneSlots()) {
            counters.add("lanes.full", dataPlane == null ? 0 : 1);
            return nextUnsharedSlot++;
        }
        usedSlots.set(slot);
        return slot;
    }

    private void freeRetiredSlots() {
        while (!retiredSlots.isEmpty() && retiredSlots.getFirst().freeAtNanos <= now()) {
            usedSlots.clear(retiredSlots.removeFirst().slot);
        }
    }

    int laneSlots() {
        return dataPlane == null ? 0 : dataPlane.laneSlots();
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
            for (Session session : new ArrayList<>(sessions.values())) {
                if (session.isEstablished()) {
                    counters.add("skipped.random", session.skipped.skipSometimes(session.cells));
                    recovery.timers(session, now);
                    resumeLane(session, now);
                    delivery.retryOpenings(session);
                }
            }
            if (now - lanesLookedAfterNanos > LANE_CARE_NANOS) {
                lanesLookedAfterNanos = now;
                lookAfterLanes();
                freeRetiredSlots();
            }
            flipLaneLists();
            cache.collect(now);
            delivery.abandoned().tick(now);
            delivery.reconsider(now);
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
            for (Session session : new ArrayList<>(sessions.values())) {
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
            result.put("lane_lists.stale", (long) staleLaneLists.size());
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

    void established(Session session) {
        if (dataPlane != null) {
            writeSideChanged(session);
        }
    }

    /// Writes the lane anew, after a change of the peer's connection ID.
    void writeSideChanged(Session session) {
        if (dataPlane == null || session.slot >= laneSlots() || !session.isEstablished()) {
            return;
        }
        withdrawLane(session);
        QuicEndpoint.WriteSide side = session.endpoint().writeSide();
        if (side != null
                && !session.laneHeld
                && now() >= session.laneDueNanos
                && dataPlane.publishLane(session.slot, side, session.endpoint().remoteAddress())) {
            session.laneBegins(dataPlane);
        }
        refreshLaneLists(session);
        for (LaneStream stream : session.queue.streams()) {
            delivery.handOver(stream);
        }
    }

    /// Puts a lane in force again that was withdrawn too soon after the last time.
    private void resumeLane(Session session, long now) {
        if (!session.laneLive && session.laneDueNanos != 0 && now >= session.laneDueNanos) {
            session.laneDueNanos = 0;
            writeSideChanged(session);
        }
    }

    private void withdrawLane(Session session) {
        if (dataPlane != null && session.laneLive) {
            dataPlane.withdrawLane(session.slot);
            session.laneLive = false;
            drain();
        }
    }

    /// Keeps a lane out of force until [#releaseLane].
    void holdLane(Session session) {
        session.laneHeld = true;
        withdrawLane(session);
    }

    void releaseLane(Session session) {
        session.laneHeld = false;
        writeSideChanged(session);
    }

    /// The next hop's MAC address may not have been known when a connection began, and routes change.
    private void lookAfterLanes() {
        DataPlane plane = dataPlane;
        if (plane == null) {
            return;
        }
        for (Session session : sessions.values()) {
            if (session.isEstablished()
                    && session.slot < laneSlots()
                    && (!session.laneLive
                            || plane.routeChanged(session.slot, session.endpoint().remoteAddress()))) {
                writeSideChanged(session);
            }
        }
    }

    /// A key is a function of the packet number (DESIGN rule 2), so kernel and user space have to agree on the first number of the
    /// new one while both go on drawing: the kernel is kept below a number a little ahead, and user space learns the switch before
    /// it draws again. What is left out by that must be less than the window in which peers look for duplicates, for a
    /// packet with a number before the gap may come after one from behind it: quiche's is 128 wide.
    void switchKeys(Session session, QuicEndpoint.Keys next, LongConsumer switchAt) {
        DataPlane plane = session.laneLive ? dataPlane : null;
        long minimum = session.cells.nextPacketNumber();
        if (plane != null) {
            minimum += KEY_SWITCH_MARGIN;
            plane.holdPacketNumbers(session.slot, minimum);
        }
        var switchNumber = new AtomicLong();
        counters.add("skipped.key_switch", session.skipped.skipTo(
                session.cells, minimum, switchAt.andThen(switchNumber::set)));
        if (plane != null) {
            plane.switchKeys(session.slot, next, switchNumber.get());
        }
        counters.increment("key_updates");
        if (session.ledger.span() > MOST_UNACKNOWLEDGED_SPAN) {
            counters.increment("protocol_violations");
            session.endpoint().closeForViolation("key updates go on, but what was sent before them is not acknowledged");
        }
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
        refreshLaneList(track);
    }

    /// Makes room for a new track of the same name. Subscribers of the one that has ended still get the rest of it.
    void retire(Track ended) {
        tracks.values().remove(ended);
        tracks.put(FullTrackName.of(RETIRED, Long.toString(retired++)), ended);
    }

    /// A namespace that nobody can have: names that begin with a dot are reserved (draft-18 section 2.4.1).
    private static final String RETIRED = ".ended";

    void disarmTrack(Track track) {
        if (dataPlane != null && track.index != DataPlane.NONE && track.publisher != null) {
            dataPlane.closeTrack(track.publisher.publisherIndex, track.upstreamAlias, track.index);
        }
        track.index = DataPlane.NONE;
    }

    /// The lane list of a track has changed. It is put in force by the next tick.
    void refreshLaneList(Track track) {
        staleLaneLists.add(track);
    }

    /// Puts all changed lane lists in force.
    void flipLaneLists() {
        DataPlane plane = dataPlane;
        if (plane != null && !staleLaneLists.isEmpty()) {
            if (now() - laneListsFlippedNanos < LANE_LIST_REST_NANOS) {
                plane.quiesce(); // a program run may still read the lists that were in force before the last flip
            }
            staleLaneLists.forEach(this::putLaneList);
            laneListsFlippedNanos = now();
        }
        staleLaneLists.clear();
    }

    private void putLaneList(Track track) {
        if (dataPlane == null || track.index == DataPlane.NONE) {
            return;
        }
        var entries = new ArrayList<FanoutEntry>();
        // Left to user space: the kernel still follows the track, and copies to nobody.
        for (Subscription s : steering.isLeftToUserSpace(track) ? List.<Subscription>of() : track.active()) {
            if (s.session.laneLive) {
                entries.add(new FanoutEntry(
                        s.session.slot,
                        s.start.group(),
                        s.start.object(),
                        s.endGroup,
                        s.forward,
                        s.priority,
                        s.policy.index,
                        s.memory));
            }
        }
        dataPlane.fanout(track.index, entries);
    }

    private void refreshLaneLists(Session session) {
        for (Track track : session.subscriptions.keySet()) {
            refreshLaneList(track);
        }
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
        if (dataPlane != null && session.laneLive) {
            dataPlane.withdrawLane(session.slot);
            session.laneLive = false;
        }
        if (dataPlane != null && session.publisherIndex != DataPlane.NONE) {
            dataPlane.closePublisher(session.publisherIndex);
            dataPlane.quiesce(); // what the kernel still sent of its packets is in the records then
        }
        drain();
        controlPlane.sessionClosed(session);
        delivery.sessionClosed(session);
        auditor.closed(session);
        session.publisherIndex = DataPlane.NONE;
        sessions.remove(session.slot);
        if (session.slot < laneSlots()) {
            retiredSlots.add(new RetiredSlot(session.slot, now() + SLOT_QUARANTINE_NANOS));
        }
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

    @Nullable Session session(int slot) {
        return sessions.get(slot);
    }

    ControlPlane controlPlane() {
        return controlPlane;
    }

    Delivery delivery() {
        return delivery;
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
