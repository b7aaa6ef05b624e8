// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.RunningSource;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.peer.PeerOptions;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.peer.PublisherPeer;
import dev.weir.bench.peer.SubscriberPeer;
import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.HarmReport;
import dev.weir.bench.report.MissingObjects;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.Host;
import dev.weir.testkit.peer.HarmfulPeer;
import dev.weir.testkit.peer.HarmfulPeer.Kind;
import dev.weir.wire.moqt.FullTrackName;
import dev.weir.wire.moqt.Location;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Recorder;

/// `./weir bench harm`: what a subscriber that does not do its part costs the others. One relay, one publisher and the others all the
/// time; windows without and with each kind of peer in turn, so that what the machine does besides meets both.
public final class BenchHarm {
    private static final String PREFIX = "weir-harm";
    private static final FullTrackName TRACK = FullTrackName.of("harm", "objects");
    private static final int SIZE = 1000;
    private static final int DIGITS = 3;
    private static final int WARM_UP_SECONDS = 8;
    private static final int END_SECONDS = 30;
    private static final double PERCENTILE = 99;
    private static final double MICROS_PER_MILLI = 1000;
    /// Connecting is not measured, nor is leaving.
    private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final BenchHarmOptions options;
    private final PrintWriter out;
    private final List<HarmReport.Row> rows = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private BenchHarm(BenchHarmOptions options, PrintWriter out) {
        this.options = options;
        this.out = out;
    }

    /// Runs the benchmark.
    ///
    /// @param options what to measure
    /// @param out for progress and the table
    /// @return exit code: 1 if somebody did not get everything, or a ratio is above the limit, else 0
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(BenchHarmOptions options, PrintWriter out) {
        if (options.json() != null) {
            BenchReport.requireWritable(options.json());
        }
        return new BenchHarm(options, out).run();
    }

    private int run() {
        try (var workspace = new Workspace()) {
            FanOutRun.Bed bed = FanOutRun.Bed.make(workspace, PREFIX);
            for (DeliveryMode mode : options.modes().modes()) {
                run(bed, mode);
            }
        }
        var report = new HarmReport(options.subscribers(), options.rate(), options.seconds(), rows);
        DemoRun.say(out, "\n" + report.table());
        if (options.json() != null) {
            report.writeTo(options.json());
        }
        Double limit = options.limit();
        if (limit != null) {
            rows.stream().filter(row -> !row.control() && row.ratio().median() > limit).forEach(row ->
                    problems.add("%s beside %s: p99 is %.2f times what it is without".formatted(row.mode(), row.peer(), row.ratio().median())));
        }
        problems.forEach(problem -> DemoRun.say(out, "Not as expected: " + problem));
        return problems.isEmpty() ? 0 : 1;
    }

    private void run(FanOutRun.Bed bed, DeliveryMode mode) {
        try (var workspace = new Workspace()) {
            RelayProcess relay = workspace.keep(RelayProcess.start(bed.topology().relay().commandLine(), RelayPath.AUTO,
                    bed.certificates().certificate(), bed.certificates().key(), workspace.folder()));
            PeerLoop loop = workspace.keep(new PeerLoop("harm"));
            var latency = new Recorder(DIGITS);
            Host host = bed.topology().publisher();
            var publisher = workspace.keep(Subscribers.inside(host, () -> PublisherPeer.connect(loop, options(host, bed), TRACK, mode)));
            var source = new RunningSource(options.rate(), SIZE, 0);
            publisher.announce(source.content(), false);
            var others = new ArrayList<SubscriberPeer>();
            for (int i = 0; i < options.subscribers(); i++) {
                Host each = bed.topology().subscribers().get(i % bed.topology().subscribers().size());
                var request = new SubscriberPeer.Request(TRACK, null, new Location(0, 0), null, 0)
                        .withArrivals((location, priority, payload, micros) -> latency.recordValue(Math.max(0, micros)));
                SubscriberPeer other = workspace.keep(Subscribers.inside(each, () -> SubscriberPeer.connect(loop, options(each, bed), request)));
                others.add(other);
                other.subscribe();
            }
            CompletableFuture<PublishedTrack> publishing = publish(publisher, source);
            pause(TimeUnit.SECONDS.toNanos(WARM_UP_SECONDS));
            measure(relay, bed.topology().subscribers().getFirst(), mode, latency);
            source.stop();
            judge(mode, await(publishing), others);
        }
    }

    private static PeerOptions options(Host host, FanOutRun.Bed bed) {
        return PeerOptions.of(new InetSocketAddress(host.relayIpv4(), RelayProcess.PORT), bed.trust());
    }

    private static CompletableFuture<PublishedTrack> publish(PublisherPeer publisher, RunningSource source) {
        var result = new CompletableFuture<PublishedTrack>();
        Thread.ofPlatform().daemon().name("publish").start(() -> result.completeAsync(() -> publisher.publish(source), Runnable::run));
        return result;
    }

    private void measure(RelayProcess relay, Host host, DeliveryMode mode, Recorder latency) {
        for (Kind kind : Kind.values()) {
            var without = new ArrayList<Double>();
            var with = new ArrayList<Double>();
            long heap = heapKib(relay);
            for (int round = 1; round <= options.rounds(); round++) {
                without.add(window(latency));
                try (HarmfulPeer peer = HarmfulPeer.subscribe(kind, host, RelayProcess.PORT, TRACK)) {
                    with.add(windowWith(peer, kind, latency));
                } catch (BenchException e) {
                    throw e;
                } catch (Exception e) {
                    throw new BenchException("A harmful peer (" + kind + ") could not subscribe (" + e.getMessage() + "); look at the relay's log.", e);
                }
                DemoRun.say(out, "%s, %s, round %d: p99 %.2f ms without, %.2f ms with".formatted(
                        mode, kind, round, without.getLast(), with.getLast()));
            }
            rows.add(new HarmReport.Row(mode.toString(), kind.name(), without, with, heapKib(relay) - heap));
        }
    }

    private double window(Recorder latency) {
        pause(SETTLE_NANOS);
        latency.reset();
        pause(TimeUnit.SECONDS.toNanos(options.seconds()));
        return latency.getIntervalHistogram().getValueAtPercentile(PERCENTILE) / MICROS_PER_MILLI;
    }

    private double windowWith(HarmfulPeer peer, Kind kind, Recorder latency) throws ReflectiveOperationException {
        pause(SETTLE_NANOS);
        latency.reset();
        long half = TimeUnit.SECONDS.toNanos(options.seconds()) / 2;
        pause(half);
        if (kind == Kind.NO_STREAMS) {
            peer.allowStreams();
        }
        pause(half);
        return latency.getIntervalHistogram().getValueAtPercentile(PERCENTILE) / MICROS_PER_MILLI;
    }

    private static long heapKib(RelayProcess relay) {
        try {
            return RelayFootprint.of(relay.pid()).heapBytes() >> 10;
        } catch (IOException e) {
            throw new BenchException("Cannot look at the relay process (" + e.getMessage() + "); mount procfs on /proc.", e);
        }
    }

    private void judge(DeliveryMode mode, PublishedTrack sent, List<SubscriberPeer> others) {
        for (SubscriberPeer other : others) {
            await(other.ended());
            var missing = MissingObjects.between(sent, other.finish());
            if (!missing.byReason().isEmpty()) {
                problems.add("%s: %s misses %s, from %s".formatted(
                        mode, Subscribers.format(other.localAddress()), missing.byReason(), missing.locations()));
            }
        }
    }

    private static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(END_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof BenchException known ? known : new BenchException("It failed: " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new BenchException("The track did not come to its end within " + END_SECONDS + " s; look at the relay's log.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new BenchException("Interrupted.", e);
        }
    }

    private static void pause(long nanos) {
        long end = System.nanoTime() + nanos;
        for (long left = nanos; left > 0; left = end - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new BenchException("Interrupted.");
            }
        }
    }
}
