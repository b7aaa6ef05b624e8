// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.wire.moqt.Location;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Why published objects did not reach a subscriber. The reasons, in the order in which they are looked for:
///
/// - `altered`: it came with other content.
/// - `stream_reset_0x…`: the relay reset the stream it was on, with this code.
/// - `sink`: the subscriber's own socket dropped as many packets because its receive buffer was full. A lost STREAM packet is
///   sent again, so this explains objects of DATAGRAM mode only.
/// - `network_to_relay`, `network`: an impaired network counted that it lost as many packets of DATAGRAM mode, or the relay that as many more
///   frames were in them.
/// - `relay_…`: the relay counted that it dropped copies for this reason; its counters do not tell subscribers apart.
/// - `unexplained`: none of these.
public final class MissingObjects {
    /// What came with other content.
    static final String ALTERED = "altered";
    /// What nothing accounts for.
    static final String UNEXPLAINED = "unexplained";

    private static final int LISTED = 10;

    private final long firstMeasuredGroup;
    /// What the subscriber itself knows of single objects.
    private final Map<String, Long> known = new TreeMap<>();
    private final Map<String, Long> knownMeasured = new TreeMap<>();
    /// What was counted elsewhere, and so is not of any certain object, in the order in which it was looked for.
    private final Map<String, Long> explained = new LinkedHashMap<>();
    private final List<Location> locations = new ArrayList<>();
    private long unknown;
    private long unknownMeasured;
    private long unaccounted;

    private MissingObjects(long firstMeasuredGroup) {
        this.firstMeasuredGroup = firstMeasuredGroup;
    }

    /// Compares what was sent with what came.
    ///
    /// @param sent what the publisher sent
    /// @param received what the subscriber received
    /// @return what is missing, with the reasons that the subscriber itself knows
    public static MissingObjects between(PublishedTrack sent, ReceivedTrack received) {
        return between(sent, received, 0);
    }

    /// Compares what was sent with what came.
    ///
    /// @param sent what the publisher sent
    /// @param received what the subscriber received
    /// @param firstMeasuredGroup groups before it are warm-up
    /// @return what is missing, with the reasons that the subscriber itself knows
    public static MissingObjects between(PublishedTrack sent, ReceivedTrack received, long firstMeasuredGroup) {
        var missing = new MissingObjects(firstMeasuredGroup);
        for (TransferredObject object : sent.objects()) {
            TransferredObject copy = received.objects().get(object.location());
            if (!object.equals(copy)) {
                missing.note(object.location(), copy != null, received.resetGroups().get(object.location().group()));
            }
        }
        return missing;
    }

    private void note(Location location, boolean altered, @Nullable Long resetCode) {
        if (locations.size() < LISTED) {
            locations.add(location);
        }
        boolean measured = location.group() >= firstMeasuredGroup;
        if (altered || resetCode != null) {
            String reason = altered ? ALTERED : "stream_reset_0x" + Long.toHexString(resetCode);
            count(known, reason, 1);
            count(knownMeasured, reason, measured ? 1 : 0);
        } else {
            unaccounted++;
            unknown++;
            unknownMeasured += measured ? 1 : 0;
        }
    }

    /// Explains objects that are still unaccounted for.
    ///
    /// @param reason why
    /// @param most how many at most
    /// @return how many it does explain
    public long explain(String reason, long most) {
        long count = Math.min(unaccounted, most);
        count(explained, reason, count);
        unaccounted -= count;
        return count;
    }

    private static void count(Map<String, Long> counts, String reason, long amount) {
        if (amount > 0) {
            counts.merge(reason, amount, Long::sum);
        }
    }

    /// @return objects by reason, with the rest as `unexplained`
    public Map<String, Long> byReason() {
        var all = new TreeMap<>(known);
        explained.forEach((reason, amount) -> count(all, reason, amount));
        count(all, UNEXPLAINED, unaccounted);
        return all;
    }

    /// The same without the warm-up. Counts that are of no certain object are those of the whole run: where there are several, each explains
    /// the same share of what is missing behind the warm-up as of everything.
    ///
    /// @return objects by reason, as many as are missing behind the warm-up
    public Map<String, Long> byReasonMeasured() {
        var all = new TreeMap<>(knownMeasured);
        var shares = new LinkedHashMap<>(explained);
        count(shares, UNEXPLAINED, unaccounted);
        long before = 0;
        for (Map.Entry<String, Long> share : shares.entrySet()) {
            long after = before + share.getValue();
            count(all, share.getKey(), measuredOf(after) - measuredOf(before));
            before = after;
        }
        return all;
    }

    private long measuredOf(long amount) {
        return Math.round((double) amount * unknownMeasured / unknown);
    }

    /// @return the first missing objects
    public List<Location> locations() {
        return List.copyOf(locations);
    }
}
