// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.peer.PeerLoop;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.report.SoakReport;
import dev.weir.spi.DeliveryMode;
import dev.weir.testkit.CommandResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// `./weir soak`: a relay, two publishers and subscribers under faults that a seed chooses, and a ledger that must be zero.
public final class SoakRun {
    private static final String PREFIX = "weir-soak";
    private static final String IDLE_TIMEOUT = "WEIR_IDLE_TIMEOUT=5s";
    private static final int SETTLE_SECONDS = 30;
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SoakOptions options;
    private final PolicySwitch policies;
    private final PrintWriter out;
    private final SoakLedger ledger = new SoakLedger();
    private volatile String latest = "beginning";
    private long faults;
    private int assignment = -1;

    private SoakRun(SoakOptions options, PolicySwitch policies, PrintWriter out) {
        this.options = options;
        this.policies = policies;
        this.out = out;
    }

    /// Runs it and takes everything away again, also on Ctrl-C.
    ///
    /// @param options how long, and which faults
    /// @param policies swaps policies on the relay
    /// @param out for progress and the ledger
    /// @return exit code: 0 if the ledger is zero, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(SoakOptions options, PolicySwitch policies, PrintWriter out) {
        return new SoakRun(options, policies, out).run();
    }

    private int run() {
        DemoRun.say(out, "Soak of " + options.seconds() + " s with seed " + options.seed() + "; the same seed makes the same faults.");
        try (var workspace = new Workspace()) {
            FanOutRun.Bed bed = FanOutRun.Bed.make(workspace, PREFIX);
            Path socket = workspace.folder().resolve("control.sock");
            RelayProcess relay = workspace.keep(RelayProcess.start(
                    bed.topology().relay().commandLine("env", IDLE_TIMEOUT),
                    options.path(),
                    bed.certificates().certificate(),
                    bed.certificates().key(),
                    workspace.folder(),
                    "--control",
                    socket.toString()));
            PeerLoop loop = workspace.keep(new PeerLoop("soak"));
            Map<DeliveryMode, SoakTrack> tracks = new EnumMap<>(DeliveryMode.class);
            for (DeliveryMode mode : DeliveryMode.values()) {
                tracks.put(mode, workspace.keep(new SoakTrack(bed.topology(), bed.trust(), loop, mode, options)));
            }
            SoakVisitors visitors = workspace.keep(new SoakVisitors(tracks, ledger));
            SoakNetwork network = workspace.keep(new SoakNetwork(bed.topology(), options.seed()));
            makeFaults(relay, socket, tracks, visitors, network);
            network.calm();
            latest = "taking stock";
            workspace.release(visitors);
            tracks.values().forEach(track -> track.finish(ledger));
            settle(relay, network.figures());
        }
        return report();
    }

    private void makeFaults(
            RelayProcess relay,
            Path socket,
            Map<DeliveryMode, SoakTrack> tracks,
            SoakVisitors visitors,
            SoakNetwork network) {
        var schedule = new SoakSchedule(options.seed());
        long began = System.nanoTime();
        long end = began + TimeUnit.SECONDS.toNanos(options.seconds());
        try (Progress _ = Progress.show(out, () -> progress(end, tracks, visitors))) {
            for (SoakStep step = schedule.next(); ; step = schedule.next()) {
                long due = began + TimeUnit.MILLISECONDS.toNanos(step.atMillis());
                if (due - end >= 0) {
                    break;
                }
                awaitTime(due);
                latest = step.describe();
                make(step, relay, socket, tracks, visitors, network);
                faults++;
                ledger.fact(step.fault().name().toLowerCase(Locale.ROOT).replace('_', ' '), 1);
            }
            awaitTime(end);
        }
    }

    private String progress(long end, Map<DeliveryMode, SoakTrack> tracks, SoakVisitors visitors) {
        long left = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()));
        var line = new StringBuilder("%d:%02d left, %d faults, %d visitors".formatted(left / 60, left % 60, faults, visitors.count()));
        tracks.forEach((mode, track) -> line.append(", %s %d published, %d at the slowest resident"
                .formatted(mode, track.sent(), track.fewestReceived())));
        return line.append("; ").append(latest).toString();
    }

    private static void awaitTime(long nanoTime) {
        for (long left = nanoTime - System.nanoTime(); left > 0; left = nanoTime - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.interrupted()) {
                throw new BenchException("Interrupted.");
            }
        }
    }

    private void make(
            SoakStep step,
            RelayProcess relay,
            Path socket,
            Map<DeliveryMode, SoakTrack> tracks,
            SoakVisitors visitors,
            SoakNetwork network) {
        switch (step.fault()) {
            case ARRIVAL -> visitors.arrive(step.mode());
            case DEPARTURE -> visitors.leave();
            case KILL -> visitors.vanish(false);
            case CUT -> visitors.vanish(true);
            case PUBLISHER_RESTART, PUBLISHER_KILL -> {
                network.calm();
                track(tracks, step.mode()).replacePublisher(step.fault() == SoakStep.Fault.PUBLISHER_KILL);
            }
            case PAUSE -> pause(relay, step.pauseMillis());
            case COLLECTION -> RelayFootprint.collect(relay.pid());
            case POLICY -> swapPolicy(socket);
            case UNKIND_NETWORK -> network.impair(step.amount());
            case KIND_NETWORK -> network.calm();
        }
    }

    private static SoakTrack track(Map<DeliveryMode, SoakTrack> tracks, DeliveryMode mode) {
        SoakTrack track = tracks.get(mode);
        if (track == null) {
            throw new BenchException("There is no track for " + mode + ".");
        }
        return track;
    }

    private static void pause(RelayProcess relay, long millis) {
        String pid = Long.toString(relay.pid());
        CommandResult.of("kill", "-STOP", pid).orThrow();
        try {
            awaitTime(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        } finally {
            CommandResult.of("kill", "-CONT", pid).orThrow();
        }
    }

    private void swapPolicy(Path socket) {
        if (assignment < 0) {
            assignment = policies.apply(socket);
        } else {
            policies.remove(socket, assignment);
            assignment = -1;
        }
    }

    /// Waits until the relay has given up those who went without a word, then looks at what is left.
    private void settle(RelayProcess relay, SoakNetwork.Figures network) {
        DemoRun.say(out, "Waiting until the relay has given up those who went without a word …");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        RelayStatistics statistics = relay.statistics();
        while (!isEmpty(statistics) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            statistics = relay.statistics();
        }
        try {
            ledger.relay(statistics, network, RelayFootprint.of(relay.pid()));
        } catch (IOException e) {
            throw new BenchException("Cannot look at the relay process (" + e.getMessage() + "); mount procfs on /proc.", e);
        }
    }

    private static boolean isEmpty(RelayStatistics statistics) {
        return statistics.get("connections.accepted") == statistics.get("connections.closed")
                && statistics.under("map.").isEmpty()
                && statistics.get("cache.bytes") == 0;
    }

    private int report() {
        ledger.facts().forEach((name, count) -> out.printf("  %-48s %,12d%n", name, count));
        DemoRun.say(out, "\nThe ledger, all of which must be zero:");
        ledger.faults().forEach((name, count) -> out.printf("  %-48s %,12d%n", name, count));
        ledger.details().forEach(out::println);
        if (options.ledger() != null) {
            new SoakReport(options.seconds(), options.seed(), ledger.facts(), ledger.faults(), ledger.details())
                    .writeTo(options.ledger());
        }
        DemoRun.say(out, ledger.isZero()
                ? "The ledger is zero: nothing was lost, doubled or left behind."
                : "The ledger is not zero: the relay has a defect. Run it again with --seed " + options.seed() + ".");
        return ledger.isZero() ? 0 : 1;
    }
}
