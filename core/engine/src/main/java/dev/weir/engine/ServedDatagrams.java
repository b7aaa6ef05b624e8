// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// For each packet of one publisher that the kernel reported: which lanes it served with which DATAGRAM object.
/// Completion asks here, once for each object, so that nobody gets one twice (DESIGN rule 6). Bounded: a packet that never reaches
/// user space is forgotten after [#LIMIT] others.
///
/// Guarded by the engine's lock.
final class ServedDatagrams {
    /// More than a publisher can send in the time that the kernel forwards without user space (the lease).
    static final int LIMIT = 1 << 16;

    /// One object of one packet.
    ///
    /// @param arrivedNanos when the packet came, CLOCK_MONOTONIC
    /// @param served lanes that were sent a copy
    /// @param dropped lanes for which the policy dropped it
    /// @param admitted lanes for which the policy forwards it, sent a copy or not
    record ServedObject(
            int track, long group, long object, long arrivedNanos, BitSet served, BitSet dropped, BitSet admitted) {}

    /// Of packets that user space has not received, or not yet.
    private final Map<Long, List<ServedObject>> packets = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, List<ServedObject>> eldest) {
            if (size() > LIMIT) {
                eldest.getValue().forEach(object -> countUnmet(object, forgotten));
                return true;
            }
            return false;
        }
    };
    /// By lane: objects that the kernel served or dropped and whose packet never came to user space.
    private final Map<Integer, Integer> forgotten = new HashMap<>();

    private static void countUnmet(ServedObject object, Map<Integer, Integer> byLane) {
        object.served.stream().forEach(lane -> byLane.merge(lane, 1, Integer::sum));
        object.dropped.stream().forEach(lane -> byLane.merge(lane, 1, Integer::sum));
    }

    /// @return the same for one lane
    int unmet(int lane) {
        int count = forgotten.getOrDefault(lane, 0);
        for (List<ServedObject> objects : packets.values()) {
            for (ServedObject object : objects) {
                count += object.served.get(lane) || object.dropped.get(lane) ? 1 : 0;
            }
        }
        return count;
    }

    /// A lane's connection has ended; its number may soon be another's.
    void forgetLane(int lane) {
        forgotten.remove(lane);
        packets.values().forEach(objects -> objects.forEach(object -> {
            object.served.clear(lane);
            object.dropped.clear(lane);
            object.admitted.clear(lane);
        }));
    }

    /// @return by lane, objects that the kernel has served or dropped and that user space has not received, or not yet
    Map<Integer, Integer> unmet() {
        var result = new HashMap<>(forgotten);
        packets.values().forEach(objects -> objects.forEach(object -> countUnmet(object, result)));
        return result;
    }

    ServedObject add(long packetNumber, int track, long group, long object, long arrivedNanos) {
        var entry = new ServedObject(
                track, group, object, arrivedNanos, new BitSet(), new BitSet(), new BitSet());
        packets.computeIfAbsent(packetNumber, n -> new ArrayList<>(1)).add(entry);
        return entry;
    }

    /// User space has received an object.
    ///
    /// @return what the kernel did with it; null: nothing
    @Nullable ServedObject take(long packetNumber, int track, long group, long object) {
        List<ServedObject> objects = packets.get(packetNumber);
        if (objects == null) {
            return null;
        }
        for (ServedObject entry : objects) {
            if (entry.track == track && entry.group == group && entry.object == object) {
                objects.remove(entry);
                if (objects.isEmpty()) {
                    packets.remove(packetNumber);
                }
                return entry;
            }
        }
        return null;
    }
}
