// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.MissingObjects;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.spi.DeliveryMode;
import dev.weir.wire.moqt.Location;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/// What a soak must not find, each with how often it did: all zero, or the relay has a defect. Beside it, what explains
/// that an object did not come: those are counted, not judged.
final class SoakLedger {
    private static final int LISTED = 20;
    private static final String STREAM_MISSING = "STREAM objects missing without a reset";
    private static final String REJECTED = "packets rejected by subscribers";
    private static final String REJECTED_UNEXPLAINED = "packets rejected without a reason";
    private static final String DATAGRAM_MISSING = "DATAGRAM objects missing at residents";
    private static final String DATAGRAM_UNEXPLAINED = "DATAGRAM objects missing without a reason";
    private static final String DATAGRAM_TOO_MANY = "DATAGRAM objects counted as lost that came";
    private static final String AUDIT = "audit: packet numbers, objects, streams unaccounted for";

    private static final String RESTLESS = "connections closed for key updates or connection IDs";

    private final Map<String, Long> faults = new LinkedHashMap<>();
    private final Map<String, Long> facts = new LinkedHashMap<>();
    private final List<String> details = new ArrayList<>();
    private long damage;

    SoakLedger() {
        for (String name : List.of(STREAM_MISSING, DATAGRAM_UNEXPLAINED, DATAGRAM_TOO_MANY, AUDIT,
                "objects altered", "objects received twice", "objects with a wrong checksum", "streams that end inside an object",
                "groups with a hole", REJECTED_UNEXPLAINED, "protocol violations of the relay",
                "protocol violations found by the relay", RESTLESS, "subscriptions without an end", "tag failures",
                "connections left", "map entries left", "cached bytes left", "packets outstanding", "connection objects left")) {
            faults.put(name, 0L);
        }
    }

    private void fault(String name, long count, String detail) {
        if (count != 0) {
            faults.merge(name, count, Long::sum);
            if (details.size() < LISTED) {
                details.add(name + ": " + count + ", " + detail);
            }
        }
    }

    /// Counts something that is no fault.
    void fact(String name, long count) {
        facts.merge(name, count, Long::sum);
    }

    void publisher(DeliveryMode mode, PublisherPeer publisher, PublishedTrack sent) {
        fact(mode + " objects published", sent.objects().size());
        violation(mode + " publisher", publisher.violation());
    }

    private void violation(String who, @Nullable String violation) {
        fault("protocol violations of the relay", violation == null ? 0 : 1, who + " saw " + violation);
    }

    void notEnded(DeliveryMode mode, InetSocketAddress address) {
        fault("subscriptions without an end", 1, mode + " resident " + Subscribers.format(address));
    }

    void resident(DeliveryMode mode, SubscriberPeer peer, PublishedTrack sent, ReceivedTrack received, long rejected) {
        String who = mode + " resident " + Subscribers.format(peer.localAddress());
        MissingObjects missing = MissingObjects.between(sent, received);
        var byReason = new HashMap<>(missing.byReason());
        long altered = byReason.getOrDefault("altered", 0L);
        long unexplained = byReason.getOrDefault("unexplained", 0L);
        fault("objects altered", altered, who);
        if (mode == DeliveryMode.STREAM) {
            fault(STREAM_MISSING, unexplained, who + ", the first of " + missing.locations());
        } else {
            fact(DATAGRAM_MISSING, unexplained);
        }
        byReason.forEach((reason, count) -> {
            if (reason.startsWith("stream_reset")) {
                fact("objects on streams that were reset", count);
            }
        });
        fact(mode + " objects received by residents", received.objects().size());
        subscriber(who, peer, received, rejected);
    }

    /// What a DATAGRAM resident misses is what is known not to have come, exactly.
    ///
    /// @param who its address
    /// @param missing objects
    /// @param known objects that the network or the relay kept from it
    /// @param overflow packets for which a socket had no room; each may have been an object or an acknowledgement
    /// @param journey what became of packets behind the relay, a clause: whether they were lost before or after
    void datagrams(String who, long missing, long known, long overflow, String journey) {
        String detail = who + " misses " + missing + ", the network and the relay kept " + known + " from it, sockets had no room for "
                + overflow + "; " + journey;
        fault(DATAGRAM_UNEXPLAINED, Math.max(0, missing - known - overflow), detail);
        fault(DATAGRAM_TOO_MANY, Math.max(0, known - missing), detail);
        fact("packets that sockets had no room for", overflow);
    }

    /// What a resident has of a relay that was killed: as far as it goes, it is right.
    void cutShort(DeliveryMode mode, SubscriberPeer peer, ReceivedTrack received) {
        String who = mode + " resident " + Subscribers.format(peer.localAddress()) + " of a killed relay";
        fact(mode + " objects received by residents", received.objects().size());
        fault("objects received twice", received.duplicates(), who);
        fault("objects with a wrong checksum", received.corrupt(), who);
        if (mode == DeliveryMode.STREAM) {
            fault("groups with a hole", holes(received), who);
        }
    }

    void restlessClosed(long error) {
        fault(RESTLESS, 1, "error 0x" + Long.toHexString(error));
    }

    /// What the relay's books say while residents are there.
    void audit(RelayBooks.Audit audit) {
        audit.imbalances().forEach((sum, imbalance) -> fault(AUDIT, Math.abs(imbalance), sum));
    }

    /// What the network did, to be added to what it did before.
    void network(SoakNetwork.Figures network) {
        damage += network.duplicated() + network.corrupted();
        fact("packets lost by the network", network.lost());
        fact("packets doubled by the network", network.duplicated());
        fact("packets damaged by the network", network.corrupted());
        fact("packets overtaken", network.overtaken());
    }

    void visitor(DeliveryMode mode, SubscriberPeer peer, ReceivedTrack received, long rejected) {
        fact("visitors", 1);
        fact("objects received by visitors", received.objects().size());
        String who = mode + " visitor " + Subscribers.format(peer.localAddress());
        subscriber(who, peer, received, rejected);
        if (mode == DeliveryMode.STREAM) {
            fault("groups with a hole", holes(received), who);
        }
    }

    private void subscriber(String who, SubscriberPeer peer, ReceivedTrack received, long rejected) {
        fault("objects received twice", received.duplicates(), who);
        fault("objects with a wrong checksum", received.corrupt(), who);
        fault("streams that end inside an object", received.streamsCutOff(), who);
        fact(REJECTED, rejected);
        violation(who, peer.violation());
    }

    /// Groups whose objects, from the first one that came on, have a gap.
    private static long holes(ReceivedTrack received) {
        var groups = new HashMap<Long, TreeSet<Long>>();
        for (Location location : received.objects().keySet()) {
            groups.computeIfAbsent(location.group(), _ -> new TreeSet<>()).add(location.object());
        }
        return groups.values().stream().filter(ids -> ids.last() - ids.first() + 1 != ids.size()).count();
    }

    /// What the relay says when everybody has left.
    void relay(RelayStatistics relay, SoakNetwork.Figures network, RelayFootprint footprint) {
        fault("protocol violations found by the relay", relay.get("protocol_violations"), "although nobody made any");
        fault(AUDIT, relay.get("audit.imbalance"), "when everybody has left");
        long rejected = facts.getOrDefault(REJECTED, 0L);
        fault(REJECTED_UNEXPLAINED, Math.max(0, rejected - damage), rejected + " were rejected, the network doubled or damaged " + damage);
        // A damaged packet that comes twice fails twice, and the network counts its damage once.
        long damagedTwice = Math.min(network.corruptedToRelay(), network.duplicatedToRelay());
        fault("tag failures", Math.max(0, relay.get("tag_failures") - network.corruptedToRelay() - damagedTwice), "beyond what the network damaged");
        fault("connections left", relay.get("connections.accepted") - relay.get("connections.closed"), "although everybody has left");
        relay.under("map.").forEach((map, count) -> fault("map entries left", count, map));
        fault("cached bytes left", relay.get("cache.bytes"), "although there is no track");
        fault("packets outstanding", relay.get("outstanding.packets"), "although there is no connection");
        fault("connection objects left", footprint.instances(RelayFootprint.CONNECTION), "after a full collection");
        for (String name : List.of("connections.accepted", "publishers.succeeded", "copies.kernel", "copies.userspace", "lost.packets",
                "lost.datagrams", "retransmitted.bytes")) {
            fact(name, relay.get(name));
        }
        relay.under("dropped.").forEach((reason, count) -> fact("dropped." + reason, count));
        facts.merge("heap KiB in the end, at most", footprint.heapBytes() >> 10, Math::max);
        facts.merge("threads in the end, at most", footprint.threads(), Math::max);
        facts.merge("descriptors in the end, at most", footprint.descriptors(), Math::max);
    }

    boolean isZero() {
        return faults.values().stream().allMatch(count -> count == 0);
    }

    /// Everything that must be zero, by name.
    Map<String, Long> faults() {
        return faults;
    }

    /// What happened.
    Map<String, Long> facts() {
        return facts;
    }

    /// The first faults, with where they were.
    List<String> details() {
        return details;
    }
}
