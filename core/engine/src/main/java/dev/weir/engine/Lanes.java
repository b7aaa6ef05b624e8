// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.DataPlane.FanoutEntry;
import dev.weir.engine.DataPlane.Runs;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/// When subscribers' lanes are in force in the kernel, with which keys, and which of them each track lists.
final class Lanes {
    /// Packet numbers that the kernel may draw while keys are switched.
    private static final int KEY_SWITCH_MARGIN = 16;

    /// How often lanes without a route are tried again and the others' routes are looked at.
    private static final long CARE_NANOS = 1_000_000_000L;

    private final Relay relay;
    private final @Nullable DataPlane dataPlane;
    private final Set<Track> staleLists = new LinkedHashSet<>();
    private long lookedAfterNanos;
    /// Runs that may still read the lists that were in force before the last flip.
    private Runs readers = Runs.NONE;

    Lanes(Relay relay, @Nullable DataPlane dataPlane) {
        this.relay = relay;
        this.dataPlane = dataPlane;
    }

    /// Resumes, repairs and lists what is due.
    ///
    /// @param now CLOCK_MONOTONIC in nanoseconds
    void tick(long now) {
        for (Session session : relay.sessionsNow()) {
            if (session.isEstablished()) {
                resume(session, now);
            }
        }
        if (now - lookedAfterNanos > CARE_NANOS) {
            lookedAfterNanos = now;
            lookAfter();
        }
        flipLists();
    }

    /// Writes the lane anew: of a connection whose handshake is over, or whose peer has another connection ID.
    void writeSideChanged(Session session) {
        if (dataPlane == null || session.slot >= relay.laneSlots() || !session.isEstablished()) {
            return;
        }
        withdraw(session);
        QuicEndpoint.WriteSide side = session.endpoint().writeSide();
        if (side != null
                && !session.laneHeld
                && relay.now() >= session.laneDueNanos
                && dataPlane.publishLane(session.slot, side, session.endpoint().remoteAddress())) {
            session.laneBegins(dataPlane);
        }
        refreshLists(session);
        for (LaneStream stream : session.queue.streams()) {
            relay.laneStreams().handOver(stream);
        }
    }

    /// Puts a lane in force again that was withdrawn too soon after the last time.
    private void resume(Session session, long now) {
        if (!session.laneLive && session.laneDueNanos != 0 && now >= session.laneDueNanos) {
            session.laneDueNanos = 0;
            writeSideChanged(session);
        }
    }

    /// Takes a lane out of force, and reads the last that the kernel did with it.
    void withdraw(Session session) {
        if (dataPlane != null && session.laneLive) {
            dataPlane.withdrawLane(session.slot);
            session.laneLive = false;
            relay.drain();
        }
    }

    /// Keeps a lane out of force until [#release].
    void hold(Session session) {
        session.laneHeld = true;
        withdraw(session);
    }

    /// Ends [#hold].
    void release(Session session) {
        session.laneHeld = false;
        writeSideChanged(session);
    }

    /// The next hop's MAC address may not have been known when a connection began, and routes change.
    private void lookAfter() {
        DataPlane plane = dataPlane;
        if (plane == null) {
            return;
        }
        for (Session session : relay.sessionsNow()) {
            if (session.isEstablished()
                    && session.slot < relay.laneSlots()
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
        relay.counters().add("skipped.key_switch", session.skipped.skipTo(
                session.cells, minimum, switchAt.andThen(switchNumber::set)));
        if (plane != null) {
            plane.switchKeys(session.slot, next, switchNumber.get());
        }
        relay.counters().increment("key_updates");
        if (!session.keyUpdates.take(relay.now())) {
            relay.counters().increment("protocol_violations");
            session.endpoint().closeForKeyUpdates("more than " + KeyUpdateRate.PER_SECOND + " key updates a second");
        }
    }

    /// The lane list of a track has changed. It is put in force by the next tick.
    void refreshList(Track track) {
        staleLists.add(track);
    }

    /// Puts all changed lane lists in force.
    void flipLists() {
        DataPlane plane = dataPlane;
        if (plane != null && !staleLists.isEmpty()) {
            if (!readers.areOver()) {
                plane.quiesce();
            }
            staleLists.forEach(this::putList);
            readers = plane.runs();
        }
        staleLists.clear();
    }

    private void putList(Track track) {
        if (dataPlane == null || track.index == DataPlane.NONE) {
            return;
        }
        var entries = new ArrayList<FanoutEntry>();
        // Left to user space: the kernel still follows the track, and copies to nobody.
        for (Subscription s : relay.steering().isLeftToUserSpace(track) ? List.<Subscription>of() : track.active()) {
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

    private void refreshLists(Session session) {
        for (Track track : session.subscriptions.keySet()) {
            refreshList(track);
        }
    }

    /// How many tracks' lists are to be put in force.
    int staleLists() {
        return staleLists.size();
    }
}
