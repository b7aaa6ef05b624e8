// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.AuditView;
import dev.weir.engine.view.AuditView.Sum;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Looks whether the books balance, while packets flow: what is on its way is a part of the sums, not an imbalance.
///
/// The kernel draws packet numbers without the lock. So the audit notes the next number of every connection, waits until no program run
/// that may have drawn a smaller one is left, reads the records, and leaves out those of larger numbers.
public final class Auditor {
    /// What another thread has half done looks like an imbalance; a real one stays.
    private static final int TRIES = 3;
    private static final long IMBALANCE_REST_NANOS = 1_000_000_000L;
    private static final String IMBALANCE = "audit.imbalance";
    private static final String GONE = "connections that are gone";
    private static final String ALL = "all connections";
    /// What becomes of a copy that a record tells of, by the kernel's counters.
    private static final Map<String, String> COPY_FATES = copyFates();

    private final Relay relay;
    private final Map<String, Sum> gone = new LinkedHashMap<>();
    private final Map<String, Long> imbalances = new LinkedHashMap<>();
    private long imbalancesNanos;

    private static Map<String, String> copyFates() {
        var fates = new LinkedHashMap<String, String>();
        fates.put("kernel.count_copies", "handed to a device");
        fates.put("kernel.seal_failed", "failed: not sealed");
        fates.put("kernel.store_failed", "failed: not stored");
        fates.put("kernel.clone_failed", "failed: refused by the device");
        fates.put("kernel.lane_withdrawn", "failed: lane withdrawn");
        return fates;
    }

    Auditor(Relay relay) {
        this.relay = relay;
    }

    /// Looks now. Takes the engine's lock for as long as a program run may last, three times at most.
    ///
    /// @return all sums
    public AuditView audit() {
        AuditView result = relay.lockedGet(this::look);
        for (int tries = 1; tries < TRIES && !result.isBalanced(); tries++) {
            result = relay.lockedGet(this::look);
        }
        return result;
    }

    /// How much is unaccounted for, as counters: in all sums together, and by the names of those that do not balance. For those who
    /// ask often: looked at anew once a second at most.
    Map<String, Long> imbalances() {
        long now = relay.now();
        if (imbalances.isEmpty() || now - imbalancesNanos >= IMBALANCE_REST_NANOS) {
            imbalancesNanos = now;
            imbalances.clear();
            imbalances.put(IMBALANCE, 0L);
            for (Sum sum : audit().sums()) {
                if (sum.imbalance() != 0) {
                    imbalances.merge(IMBALANCE, Math.abs(sum.imbalance()), Long::sum);
                    imbalances.merge(IMBALANCE + "." + sum.name().replace(' ', '_'), Math.abs(sum.imbalance()), Long::sum);
                }
            }
        }
        return imbalances;
    }

    private AuditView look() {
        DataPlane plane = relay.dataPlane();
        Map<String, Long> made = plane == null ? Map.of() : plane.statistics();
        relay.drain();
        long recorded = relay.counters().get("copies.kernel");
        Map<Session, Cells.Numbers> numbers = new LinkedHashMap<>();
        for (Session session : relay.sessions()) {
            if (session.isEstablished()) {
                numbers.put(session, cut(session));
            }
        }
        Map<String, Long> madeSince = Map.of();
        if (plane != null) {
            plane.quiesce();
            madeSince = plane.statistics();
            relay.drain();
        }
        Map<Integer, Integer> unmet = new LinkedHashMap<>();
        for (Session session : relay.sessions()) {
            session.served.unmet().forEach((lane, count) -> unmet.merge(lane, count, Integer::sum));
        }
        var sums = new ArrayList<>(gone.values());
        numbers.forEach((session, drawn) ->
                sums.addAll(sums(session, drawn, RelayViews.address(session), unmet.getOrDefault(session.slot, 0))));
        if (plane != null) {
            sums.add(copies(recorded, made, madeSince));
        }
        return AuditView.of(sums);
    }

    /// Every copy that a record tells of was made or has failed for a reason, and no other was. The kernel goes on: what it had made before
    /// the records were read is in them, and what they tell of it has made since.
    private static Sum copies(long recorded, Map<String, Long> made, Map<String, Long> madeSince) {
        var parts = new LinkedHashMap<String, Long>();
        long before = 0;
        long since = 0;
        for (var part : COPY_FATES.entrySet()) {
            long count = made.getOrDefault(part.getKey(), 0L);
            parts.put(part.getValue(), count);
            before += count;
            since += madeSince.getOrDefault(part.getKey(), 0L);
        }
        parts.put("being made", Math.clamp(recorded - before, 0, since - before));
        return Sum.of(AuditView.ALL, ALL, "kernel copies", recorded, parts);
    }

    private static Cells.Numbers cut(Session session) {
        Cells.Numbers now = session.cells.numbers();
        session.account.cutAt(now.next());
        return now;
    }

    /// User space has received an object that the kernel has a record of.
    void met(ServedDatagrams.ServedObject object) {
        count(object.served());
        count(object.dropped());
    }

    private void count(BitSet lanes) {
        for (int lane = lanes.nextSetBit(0); lane >= 0; lane = lanes.nextSetBit(lane + 1)) {
            Session session = relay.session(lane);
            if (session != null) {
                session.account.matched++;
            }
        }
    }

    /// A connection has ended, its lane is withdrawn and its last records are read: its sums go to those of all that are gone.
    void closed(Session session) {
        session.served.unmet().forEach((lane, count) -> {
            Session subscriber = relay.session(lane);
            if (subscriber != null) {
                subscriber.account.neverMet += count;
            }
        });
        long unmet = 0;
        for (Session publisher : relay.sessions()) {
            unmet += publisher == session ? 0 : publisher.served.unmet(session.slot);
            publisher.served.forgetLane(session.slot);
        }
        for (Sum sum : sums(session, cut(session), GONE, unmet)) {
            Sum moved = Sum.of(AuditView.GONE, GONE, sum.name(), sum.total(), sum.parts());
            gone.merge(sum.name(), moved, Sum::plus);
        }
    }

    private List<Sum> sums(Session session, Cells.Numbers numbers, String address, long unmet) {
        LaneAccount account = session.account;
        int lane = session.slot;
        Sum datagramsDue = account.datagramsDue;
        Sum streamsDue = account.streamsDue;
        for (Subscription subscription : session.subscriptions.values()) {
            datagramsDue = datagramsDue.plus(subscription.due.datagrams());
            streamsDue = streamsDue.plus(subscription.due.streams());
        }
        return List.of(
                Sum.of(lane, address, "packet numbers", numbers.next(), numbers(session, numbers)),
                Sum.of(lane, address, "datagrams", account.servedByKernel + account.droppedByKernel + account.offered,
                        datagrams(account, unmet)),
                Sum.of(lane, address, "datagram fates", account.servedByKernel + account.queued, fates(session)),
                Sum.of(lane, address, "streams", account.streamsOpened, streams(session)),
                Sum.of(lane, address, datagramsDue.name(), datagramsDue.total(), datagramsDue.parts()),
                Sum.of(lane, address, streamsDue.name(), streamsDue.total(), streamsDue.parts()));
    }

    private static Map<String, Long> numbers(Session session, Cells.Numbers numbers) {
        LaneAccount account = session.account;
        var parts = new LinkedHashMap<String, Long>();
        parts.put("sent by the kernel", account.drawnByKernel());
        parts.put("sent by user space", numbers.byUserSpace());
        parts.put("skipped: empty packet", numbers.givenBack());
        parts.put("skipped: key update", numbers.leftOut());
        parts.put("skipped: at random", numbers.leftOutAtRandom());
        parts.put("skipped: key limit", account.leftOutByKernel());
        parts.put("skipped: ring full", session.cells.unrecorded());
        return parts;
    }

    /// What the kernel has done with an object and what user space has done with it exclude each other.
    private static Map<String, Long> datagrams(LaneAccount account, long unmet) {
        var parts = new LinkedHashMap<String, Long>();
        parts.put("sent or dropped by the kernel", account.matched);
        parts.put("of these, still to come to user space", unmet);
        parts.put("of these, whose publisher is gone", account.neverMet);
        parts.put("queued by user space", account.queued);
        parts.put("dropped: policy", account.refusedByPolicy);
        parts.put("dropped: too large", account.tooLarge);
        return parts;
    }

    private static Map<String, Long> fates(Session session) {
        LaneAccount account = session.account;
        var parts = new LinkedHashMap<String, Long>();
        parts.put("acknowledged", account.datagramsAcknowledged());
        parts.put("lost by the network", account.datagramsLost());
        parts.put("dropped: queue full", account.queueFull);
        parts.put("dropped: given up", account.givenUp);
        parts.put(session.closed ? "open when the connection ended" : "open",
                (long) session.ledger.outstandingDatagrams() + session.queue.datagramsOut() + session.queue.waitingDatagrams());
        return parts;
    }

    private static Map<String, Long> streams(Session session) {
        LaneAccount account = session.account;
        var parts = new LinkedHashMap<String, Long>();
        parts.put("delivered", account.streamsDelivered);
        parts.put("reset", account.streamsReset);
        parts.put("cut off", account.streamsCutOff);
        parts.put("open", session.queue.streams().stream().filter(copy -> !copy.isSettled()).count());
        return parts;
    }
}
