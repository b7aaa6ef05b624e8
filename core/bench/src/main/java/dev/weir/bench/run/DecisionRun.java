// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.SyntheticSource;
import dev.weir.bench.media.TrackContent;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.DecisionReport;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneView;
import dev.weir.testkit.Host;
import dev.weir.testkit.policy.DecisionCost;
import dev.weir.wire.moqt.FullTrackName;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// What the data plane takes for a copy without a policy, with tables, and with a program: the same packets to the same
/// subscribers, with the policy changed in turn so that whatever else the machine does falls on all alike. Every policy here
/// lets everything pass. Then the same policies asked alone, without packets.
final class DecisionRun {
    private static final int SUBSCRIBERS = 64;
    private static final int RATE = 100;
    private static final int WARM_UP_SECONDS = 8;
    /// Some packets: the shorter a turn, the more alike is what else goes on in the next one.
    private static final long TURN_NANOS = TimeUnit.MILLISECONDS.toNanos(60);
    /// For the lane lists to be changed and the packets before that to be through.
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(15);
    private static final FullTrackName TRACK = FullTrackName.of(PublishOptions.DEFAULT_NAMESPACE, "decisions");

    private final PolicyBed bed;
    private final int rounds;
    private final PrintWriter out;

    /// A form of a policy and what it took in each turn.
    private record Form(String name, @Nullable FanoutPolicy policy, PolicyRelay.@Nullable Installed installed, List<Double> nsPerCopy) {
        DecisionReport report() {
            return new DecisionReport(name, installed == null ? "none" : installed.form(), SUBSCRIBERS, nsPerCopy,
                    policy == null ? 0 : DecisionCost.of(policy, () -> List.of(LaneView.DEFAULT_CLASS)).decisionNanos());
        }
    }

    DecisionRun(PolicyBed bed, int rounds, PrintWriter out) {
        this.bed = bed;
        this.rounds = rounds;
        this.out = out;
    }

    /// Does it.
    ///
    /// @return one per form, the first one without a policy
    List<DecisionReport> run() {
        List<Form> forms = List.of(
                new Form("none", null, null, new ArrayList<>()),
                form("priority-threshold", bed.relay().bundled("priority-threshold", Map.of("default-limit", "none"))),
                form("threshold program", new ThresholdProgram()),
                form("congestion-priority", bed.relay().bundled("congestion-priority", Map.of("always-below", "0", "limits", "256,256,256"))));
        int seconds = WARM_UP_SECONDS + (int) TimeUnit.NANOSECONDS.toSeconds(rounds * forms.size() * (TURN_NANOS + SETTLE_NANOS)) + 1;
        DemoRun.say(out, "Measuring what decisions cost, " + SUBSCRIBERS + " subscribers, " + seconds + " s …");
        try (PeerLoop loop = new PeerLoop("publisher"); PublisherPeer publisher = publisher(loop)) {
            publisher.announce(TrackContent.SYNTHETIC, false);
            int size = Math.min(SyntheticLoad.DEFAULT_SIZE, publisher.largestPayload(TrackContent.SYNTHETIC));
            var request = new SubscriberPeer.Request(TRACK, null, null, null, 0);
            var access = new Subscribers.Access(bed.trust(), null, null, null);
            try (Subscribers _ = Subscribers.connect(bed.topology().subscribers(), SUBSCRIBERS, request, access)) {
                var published = CompletableFuture.runAsync(() -> publisher.publish(new SyntheticSource(RATE, size, seconds)));
                pause(TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS));
                for (int round = 0; round < rounds && !published.isDone(); round++) {
                    round(forms);
                }
                bed.relay().assign(null);
                published.join();
            }
        }
        if (forms.getFirst().nsPerCopy().isEmpty()) {
            throw new BenchException("The kernel made no copies while decisions were measured; run './weir demo --path kernel' to see why.");
        }
        return forms.stream().map(Form::report).toList();
    }

    private Form form(String name, FanoutPolicy policy) {
        return new Form(name, policy, bed.relay().install(name, policy), new ArrayList<>());
    }

    private PublisherPeer publisher(PeerLoop loop) {
        Host host = bed.topology().publisher();
        PeerOptions options = PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), bed.trust());
        return Subscribers.inside(host, () -> PublisherPeer.connect(loop, options, TRACK, DeliveryMode.DATAGRAM));
    }

    /// A turn of each; all of them count, or none if one was without packets.
    private void round(List<Form> forms) {
        List<Double> figures = forms.stream().map(this::turn).toList();
        if (figures.stream().allMatch(Double::isFinite)) {
            for (int i = 0; i < forms.size(); i++) {
                forms.get(i).nsPerCopy().add(figures.get(i));
            }
        }
    }

    private double turn(Form form) {
        bed.relay().assign(form.installed());
        pause(SETTLE_NANOS);
        RelayStatistics before = bed.relay().statistics();
        pause(TURN_NANOS);
        RelayStatistics grown = bed.relay().statistics().since(before);
        // Not copies.kernel, which is counted when user space reads of it: run time and copies must be of the same packets.
        return (double) grown.get("bpf.run_time_ns") / grown.get("kernel.count_copies");
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
