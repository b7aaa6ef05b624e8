// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// For each packet of one publisher that the kernel reported: which lanes it served with which DATAGRAM object.
/// Completion asks here, so that nobody gets an object twice (DESIGN rule 6). Bounded: a packet that never reaches
/// user space is forgotten after [#LIMIT] others.
///
/// Guarded by the engine's lock.
final class ServedDatagrams {
    private static final int LIMIT = 4096;

    /// One object of one packet.
    ///
    /// @param served lanes that were sent a copy
    /// @param dropped lanes for which the policy dropped it
    /// @param admitted lanes for which the policy forwards it, sent a copy or not
    record ServedObject(int track, long group, long object, BitSet served, BitSet dropped, BitSet admitted) {}

    private final Map<Long, List<ServedObject>> packets = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<ServedObject>> eldest) {
            return size() > LIMIT;
        }
    };

    ServedObject add(long packetNumber, int track, long group, long object) {
        var entry = new ServedObject(track, group, object, new BitSet(), new BitSet(), new BitSet());
        packets.computeIfAbsent(packetNumber, n -> new ArrayList<>(1)).add(entry);
        return entry;
    }

    @Nullable ServedObject find(long packetNumber, int track, long group, long object) {
        List<ServedObject> objects = packets.get(packetNumber);
        if (objects != null) {
            for (ServedObject entry : objects) {
                if (entry.track == track && entry.group == group && entry.object == object) {
                    return entry;
                }
            }
        }
        return null;
    }
}
