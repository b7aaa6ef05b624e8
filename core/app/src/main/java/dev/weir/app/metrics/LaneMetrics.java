// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import dev.weir.engine.view.LaneStatus;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/// Figures of lanes, by lane class: there are at most sixteen classes, however many lanes there are.
final class LaneMetrics {
    private static final double NANOS = 1e9;
    private static final double MILLION = 1e6;

    private LaneMetrics() {}

    static void add(Families into, List<LaneStatus> lanes) {
        Map<String, List<LaneStatus>> byClass =
                lanes.stream().collect(Collectors.groupingBy(LaneStatus::laneClass, TreeMap::new, Collectors.toList()));
        byClass.forEach((laneClass, members) -> {
            for (String path : List.of("kernel", "userspace")) {
                into.gauge("weir_class_lanes", "Subscribers of a lane class, by who can send to them.",
                        members.stream().filter(lane -> lane.path().equals(path)).count(), "class", laneClass, "path", path);
            }
            spread(into, "weir_lane_rtt_seconds", "Smoothed round-trip times of a class's lanes that have one.",
                    laneClass, members, LaneStatus::smoothedRttNanos, NANOS);
            spread(into, "weir_lane_delay_seconds", "Round-trip times above the least one of each lane.",
                    laneClass, members, LaneStatus::delayNanos, NANOS);
            spread(into, "weir_lane_jitter_seconds", "Changes from one round-trip time to the next.",
                    laneClass, members, LaneStatus::jitterNanos, NANOS);
            spread(into, "weir_lane_loss_ratio", "Share of the packets settled last that were lost.",
                    laneClass, members, LaneStatus::lossPerMillion, MILLION);
            into.gauge("weir_class_outstanding_packets", "Kernel copies in the ledger: neither acknowledged nor lost yet.",
                    members.stream().mapToLong(LaneStatus::outstanding).sum(), "class", laneClass);
            into.gauge("weir_class_pending_bytes", "What user space still has to send.",
                    members.stream().mapToLong(LaneStatus::pendingBytes).sum(), "class", laneClass);
        });
    }

    private static void spread(
            Families into, String name, String help, String laneClass, List<LaneStatus> lanes,
            ToLongFunction<LaneStatus> value, double unit) {
        // Lanes without a sample yet would pull the median down.
        long[] sorted = lanes.stream().filter(lane -> lane.smoothedRttNanos() > 0).mapToLong(value).sorted().toArray();
        if (sorted.length > 0) {
            into.gauge(name, help, sorted[sorted.length / 2] / unit, "class", laneClass, "stat", "median");
            into.gauge(name, help, sorted[sorted.length - 1] / unit, "class", laneClass, "stat", "max");
        }
    }
}
