// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.ReceivedTrack;
import dev.weir.bench.report.Copies;
import dev.weir.bench.report.CpuPerCopy;
import dev.weir.bench.report.Latency;
import dev.weir.bench.report.MissingObjects;
import dev.weir.bench.report.Observations;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.report.RunReport;
import dev.weir.bench.report.SubscriberReport;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/// Turns what publisher, subscribers and relay counted into a report, and says where it is not what it should be.
final class RunAnalysis {
    private static final double KERNEL_SHARE = 95;
    private static final Set<String> NETWORK_REASONS = Set.of("network", "network_to_relay");

    private final FanOutRun.Plan plan;
    private final PublishedTrack sent;
    private final String path;
    private final RelayStatistics relay;
    private final RelayStatistics wholeRelay;
    private final Measurement measurement;
    private final @Nullable FaultyNetwork network;
    private final Map<Host, Long> lostByHost = new HashMap<>();
    private final Map<Host, Long> lostOnTheWay = new HashMap<>();
    /// DATAGRAM frames that the relay knows to be lost beyond one in each lost packet.
    private long lostTogether;
    private final Map<String, Long> missingMeasured = new HashMap<>();
    private long framesDecodable;
    private final List<String> problems = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private final List<SubscriberReport> subscribers = new ArrayList<>();
    private final Histogram latency = new Histogram(3);
    private long rejected;
    private long violations;

    RunAnalysis(
            FanOutRun.Plan plan, PublishedTrack sent, Measurement measurement, String path, @Nullable FaultyNetwork network) {
        this.network = network;
        this.plan = plan;
        this.sent = sent;
        this.path = path;
        this.measurement = measurement;
        this.relay = measurement.statistics();
        this.wholeRelay = measurement.wholeStatistics();
        this.lostTogether = network == null ? 0
                : Math.max(0, wholeRelay.get("lost.datagrams") - network.report().toSubscribers().lost());
    }

    /// Packets that sockets between relay and subscribers dropped: lost objects of DATAGRAM mode.
    RunAnalysis lostOnTheWay(Map<Host, Long> lost) {
        lostOnTheWay.putAll(lost);
        return this;
    }

    RunAnalysis publisher(PublisherPeer publisher, @Nullable String remark) {
        Stream.of(remark).filter(Objects::nonNull).forEach(remarks::add);
        noteViolation("the publisher", publisher.violation());
        if (!sent.failures().isEmpty()) {
            problems.add("The publisher could not send some objects: " + sent.failures() + ".");
        }
        long lost = publisher.lostPackets();
        if (lost > 0) {
            remarks.add("The publisher's loss detection gave up " + lost + " packets on their way to the relay.");
        }
        return this;
    }

    RunAnalysis subscribers(Subscribers all, boolean ended) {
        if (!ended) {
            problems.add("Not every subscriber was told that the track is over.");
        }
        Map<Subscribers.Member, Long> drops = all.sinkDrops();
        Map<String, Long> relayDrops = new HashMap<>(wholeRelay.under("dropped."));
        for (Subscribers.Member member : all.members()) {
            subscriber(member, drops.getOrDefault(member, 0L), relayDrops);
        }
        lostByHost.forEach((host, lost) -> {
            if (lost > 0) {
                problems.add("The network lost " + lost + " packets to " + host.namespace() + " whose objects came nevertheless.");
            }
        });
        return this;
    }

    /// A lost packet of DATAGRAM mode is a lost object, exactly, or several where user space had put short ones together.
    private void explainByNetwork(MissingObjects missing, Host host) {
        if (network == null || plan.mode() == DeliveryMode.STREAM) {
            return;
        }
        long towardsRelay = network.lostTowardsRelay();
        if (missing.explain("network_to_relay", towardsRelay) != towardsRelay) {
            problems.add("The network lost " + towardsRelay + " packets to the relay whose objects came to a subscriber nevertheless.");
        }
        long towardsHost = lostByHost.computeIfAbsent(host, network::lostTowards);
        lostByHost.put(host, towardsHost - missing.explain("network", towardsHost));
        lostTogether -= missing.explain("network", lostTogether);
    }

    private void subscriber(Subscribers.Member member, long drops, Map<String, Long> relayDrops) {
        long rejectedPackets = member.peer().rejectedPackets();
        noteViolation(member.address(), member.peer().violation());
        ReceivedTrack received = member.peer().finish();
        MissingObjects missing = MissingObjects.between(sent, received, firstMeasuredGroup());
        if (plan.mode() == DeliveryMode.DATAGRAM) {
            missing.explain("sink", drops);
            lostOnTheWay.computeIfPresent(member.host(), (_, lost) -> lost - missing.explain("sink", lost));
        }
        explainByNetwork(missing, member.host());
        relayDrops.replaceAll((reason, count) -> count - missing.explain("relay_" + reason, count));
        if (drops > 0) {
            remarks.add("The socket of " + member.address() + " itself dropped " + drops + " packets: its receive buffer was full.");
        }
        rejected += rejectedPackets;
        latency.add(received.latency());
        framesDecodable += received.frames().decodableFrom(firstMeasuredGroup());
        missing.byReasonMeasured().forEach((reason, count) -> missingMeasured.merge(reason, count, Long::sum));
        boolean equal = Arrays.equals(sent.sha256(), received.sha256());
        subscribers.add(new SubscriberReport(member.address(), received.objects().size(), equal, missing.byReason(),
                received.duplicates(), drops, rejectedPackets, received.incomplete()));
        judge(member.address(), received, missing, equal);
    }

    private void judge(String who, ReceivedTrack received, MissingObjects missing, boolean equal) {
        Map<String, Long> byReason = new HashMap<>(missing.byReason());
        byReason.keySet().removeAll(NETWORK_REASONS);
        Long sink = byReason.remove("sink");
        if (!byReason.isEmpty()) {
            problems.add(who + " misses objects, by reason " + byReason + ", the first at " + missing.locations() + ".");
        } else if (!equal && sink == null && byReason.size() == missing.byReason().size()) {
            problems.add(who + " has all objects, but put them together to something else.");
        }
        if (received.duplicates() > 0) {
            problems.add(who + " received " + received.duplicates() + " objects twice.");
        }
        long streams = received.streamsFinished();
        if (plan.mode() == DeliveryMode.STREAM && byReason.isEmpty() && streams != sent.streams()) {
            problems.add(who + " saw the end of " + streams + " streams, but the publisher sent " + sent.streams() + ".");
        }
    }

    private void noteViolation(String who, @Nullable String violation) {
        if (violation != null) {
            violations++;
            problems.add("The relay broke the protocol towards " + who + " (" + violation + ").");
        }
    }

    /// Has ffprobe read what a subscriber put together, if it is a video without holes.
    RunAnalysis playable(@Nullable Path file) {
        if (file != null && subscribers.getFirst().sha256Equal()) {
            String complaints = Ffmpeg.complaints(file);
            if (!complaints.isEmpty()) {
                problems.add("ffprobe does not like the received video: " + complaints);
            }
        }
        return this;
    }

    RunAnalysis captured(long lost) {
        if (lost > 0) {
            remarks.add("The captures themselves lost " + lost + " packets; they are not complete.");
        }
        return this;
    }

    RunReport report() {
        var copies = new Copies(relay.get("copies.kernel"), relay.get("copies.userspace"));
        long tagFailures = wholeRelay.get("tag_failures") + rejected;
        long protocolViolations = wholeRelay.get("protocol_violations") + violations;
        expect(copies, tagFailures, protocolViolations);
        long bpfNanos = relay.get("bpf.run_time_ns");
        return new RunReport(plan.modeWord(), path, plan.subscribers(), sent.objects().size(), subscribers, copies,
                relay.under("deferred."), relay.under("dropped."), relay.get("retransmitted.bytes"), Latency.of(latency),
                CpuPerCopy.of(measurement.cpu().processMicros(), bpfNanos, copies.total()),
                copies.kernel() == 0 ? 0 : (double) bpfNanos / copies.kernel(), tagFailures, protocolViolations,
                plan.media().word(), plan.media().seconds(), plan.warmUpSeconds(), HexFormat.of().formatHex(sent.sha256()),
                sent.failures(), measurement.cpu().softirqMicros(), wholeRelay.values(),
                network == null ? null : network.report(), observations(), problems, remarks);
    }

    private long firstMeasuredGroup() {
        ArrivalLog arrivals = plan.arrivals();
        return arrivals == null ? 0 : arrivals.firstMeasuredGroup();
    }

    private @Nullable Observations observations() {
        ArrivalLog arrivals = plan.arrivals();
        return arrivals == null ? null : arrivals.observations(sent, missingMeasured, framesDecodable);
    }

    private void expect(Copies copies, long tagFailures, long protocolViolations) {
        // With losses the congestion window is what decides how much the kernel may send.
        if (network == null && path.equals(RelayPath.KERNEL.word()) && copies.kernelShare() < KERNEL_SHARE) {
            problems.add("The kernel made %.1f %% of the copies, not %.0f %% or more.".formatted(copies.kernelShare(), KERNEL_SHARE));
        }
        if (path.equals(RelayPath.USERSPACE.word()) && copies.kernel() > 0) {
            problems.add("The kernel made copies although the relay was told not to let it.");
        }
        if (tagFailures > 0) {
            problems.add(tagFailures + " packets were not accepted by the kernel or by a subscriber: wrong tag, number used"
                    + " before, or malformed.");
        }
        if (wholeRelay.get("protocol_violations") > 0) {
            problems.add("The relay counted " + protocolViolations + " protocol violations.");
        }
        if (wholeRelay.get("audit.imbalance") != 0) {
            problems.add("The relay's books do not balance: " + wholeRelay.get("audit.imbalance")
                    + " packet numbers or objects are unaccounted for; './weir stats audit' on a running relay says which.");
        }
        if (sent.objects().isEmpty()) {
            problems.add("Nothing was published.");
        }
    }
}
