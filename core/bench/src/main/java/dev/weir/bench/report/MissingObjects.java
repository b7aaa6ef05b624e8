// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.peer.TransferredObject;
import dev.weir.wire.moqt.Location;
import java.util.ArrayList;
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
/// - `network_to_relay`, `network`: an impaired network counted that it lost as many packets of DATAGRAM mode.
/// - `relay_…`: the relay counted that it dropped copies for this reason; its counters do not tell subscribers apart.
/// - `unexplained`: none of these.
public final class MissingObjects {
    private static final int LISTED = 10;

    private final Map<String, Long> reasons = new TreeMap<>();
    private final List<Location> locations = new ArrayList<>();
    private long unaccounted;

    private MissingObjects() {}

    /// Compares what was sent with what came.
    ///
    /// @param sent what the publisher sent
    /// @param received what the subscriber received
    /// @return what is missing, with the reasons that the subscriber itself knows
    public static MissingObjects between(PublishedTrack sent, ReceivedTrack received) {
        var missing = new MissingObjects();
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
        if (altered) {
            count("altered", 1);
        } else if (resetCode != null) {
            count("stream_reset_0x" + Long.toHexString(resetCode), 1);
        } else {
            unaccounted++;
        }
    }

    /// Explains objects that are still unaccounted for.
    ///
    /// @param reason why
    /// @param most how many at most
    /// @return how many it does explain
    public long explain(String reason, long most) {
        long explained = Math.min(unaccounted, most);
        count(reason, explained);
        unaccounted -= explained;
        return explained;
    }

    private void count(String reason, long amount) {
        if (amount > 0) {
            reasons.merge(reason, amount, Long::sum);
        }
    }

    /// @return objects by reason, with the rest as `unexplained`
    public Map<String, Long> byReason() {
        var all = new TreeMap<>(reasons);
        if (unaccounted > 0) {
            all.put("unexplained", unaccounted);
        }
        return all;
    }

    /// @return the first missing objects
    public List<Location> locations() {
        return List.copyOf(locations);
    }
}
