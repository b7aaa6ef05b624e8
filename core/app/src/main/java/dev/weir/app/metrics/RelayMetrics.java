// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import io.prometheus.metrics.model.registry.MultiCollector;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;

/// The relay's own metrics, `weir_…`, made from a reading when Prometheus asks. docs/reference/metrics.md lists them.
public final class RelayMetrics implements MultiCollector {
    private static final double NANOS = 1e9;
    private static final String KERNEL = "kernel.";
    private static final String DROPPED = "dropped.";

    private final RelayReadings readings;
    private final TrackSeries tracks;

    /// @param namedTracks how many tracks have series of their own
    public RelayMetrics(RelayReadings readings, int namedTracks) {
        this.readings = readings;
        this.tracks = new TrackSeries(namedTracks);
    }

    @Override
    public MetricSnapshots collect() {
        RelayReading reading = readings.latest();
        var into = new Families();
        copies(into, reading);
        populations(into, reading);
        delivery(into, reading);
        kernel(into, reading);
        LaneMetrics.add(into, reading.lanes());
        PolicyMetrics.add(into, reading);
        return into.snapshots();
    }

    private void copies(Families into, RelayReading reading) {
        tracks.update(reading.copies()).forEach((key, count) -> into.counter("weir_copies_total",
                "What became of frames with media, one per frame and subscriber.", count,
                "track", key.track(), "mode", key.mode(), "path", key.path(), "verdict", key.verdict(), "reason", key.reason()));
        dropped(into, "policy", 0); // so that the family is there before the first drop
        reading.counts().forEach((name, count) -> {
            if (name.startsWith(DROPPED)) {
                dropped(into, name.substring(DROPPED.length()), count);
            }
        });
    }

    private static void dropped(Families into, String reason, long count) {
        into.counter("weir_dropped_total", "What was never sent, by reason, with what belongs to no track.", count, "reason", reason);
    }

    private static void populations(Families into, RelayReading reading) {
        into.gauge("weir_connections", "Established connections.", reading.relay().connections());
        into.counter("weir_connections_accepted_total", "Connections accepted.", reading.count("connections.accepted"));
        into.counter("weir_connections_closed_total", "Connections that ended.", reading.count("connections.closed"));
        into.gauge("weir_publishers", "Connections that publish.", reading.relay().publishers());
        into.gauge("weir_subscribers", "Connections that subscribe to something.", reading.relay().subscribers());
        into.gauge("weir_subscriptions", "Subscriptions.", reading.relay().subscriptions());
        into.gauge("weir_subscriptions_active", "Subscriptions that objects flow to.", reading.count("subscriptions.active"));
        into.gauge("weir_tracks", "Tracks.", reading.relay().tracks());
        into.gauge("weir_lanes", "Connections that the kernel can send to.", reading.relay().lanes());
        into.gauge("weir_lane_slots", "Most connections that it could send to.", reading.relay().laneSlots());
        into.gauge("weir_cache_bytes", "What the object cache holds.", reading.relay().cacheBytes());
        into.gauge("weir_cache_limit_bytes", "Most that it may hold.", reading.relay().cacheLimitBytes());
    }

    private static void delivery(Families into, RelayReading reading) {
        into.counter("weir_copies_kernel_packets_total", "Packets that the kernel drew for subscribers.", reading.count("copies.kernel"));
        into.counter("weir_copies_userspace_frames_total", "Frames with media that user space handed to the QUIC implementation.",
                reading.count("copies.userspace"));
        into.gauge("weir_ledger_outstanding_packets", "Kernel copies that are neither acknowledged nor lost yet.",
                reading.count("outstanding.packets"));
        into.counter("weir_lost_packets_total", "Kernel copies declared lost.", reading.count("lost.packets"));
        into.counter("weir_lost_datagrams_total", "DATAGRAM frames lost, of either path.", reading.count("lost.datagrams"));
        into.counter("weir_acknowledged_datagrams_total", "DATAGRAM frames acknowledged, of either path.",
                reading.count("acknowledged.datagrams"));
        into.counter("weir_retransmitted_bytes_total", "Stream bytes sent again.", reading.count("retransmitted.bytes"));
        into.counter("weir_probes_total", "PINGs sent because the tail was not acknowledged.", reading.count("probes"));
        into.counter("weir_protocol_violations_total", "Violations that a connection was closed for.", reading.count("protocol_violations"));
        into.counter("weir_tag_failures_total", "Packets of known publishers whose authentication failed.", reading.count("tag_failures"));
    }

    private static void kernel(Families into, RelayReading reading) {
        boolean hasKernel = reading.relay().path().equals("kernel");
        into.gauge("weir_kernel_path", "1 if copies can be made in the kernel.", hasKernel ? 1 : 0);
        into.gauge("weir_lease_seconds", "How long the kernel copies without a sign of life from user space.",
                reading.relay().leaseNanos() / NANOS);
        if (!hasKernel) {
            return;
        }
        into.gauge("weir_lease_left_seconds", "What is left of it.", reading.relay().leaseLeftNanos() / NANOS);
        into.gauge("weir_ring_bytes", "Records in the ring buffer that user space has not read yet.", reading.count("ring.bytes"));
        into.gauge("weir_ring_capacity_bytes", "Size of the ring buffer.", reading.count("ring.capacity"));
        into.counter("weir_records_total", "Records read.", reading.count("records"));
        into.counter("weir_bpf_run_seconds_total", "CPU time of the ingress program.", reading.count("bpf.run_time_ns") / NANOS);
        into.counter("weir_bpf_runs_total", "Runs of the ingress program: packets of any kind at its devices.", reading.count("bpf.run_count"));
        into.counter("weir_bpf_copies_total", "Copies that the ingress program made.", reading.count("kernel.count_copies"));
        into.counter("weir_bpf_copy_bytes_total", "Bytes of them.", reading.count("kernel.count_copy_bytes"));
        for (String stage : new String[] {"seen", "opened", "copied"}) {
            into.counter("weir_bpf_packets_total", "Packets to the relay, by how far the ingress program took them.",
                    reading.count(KERNEL + "count_packets_" + stage), "stage", stage);
        }
        reading.counts().forEach((name, count) -> {
            if (name.startsWith(KERNEL) && !name.startsWith(KERNEL + "count_")) {
                into.counter("weir_bpf_reasons_total", "Why the ingress program left packets or copies to user space.", count,
                        "reason", name.substring(KERNEL.length()));
            }
        });
    }
}
