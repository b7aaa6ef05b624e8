// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.RelayStatistics;
import dev.weir.bench.report.SoakReport;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.impair.ImpairmentCounts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// `./weir soak`: a relay, two publishers and subscribers under faults that a seed chooses, and a ledger that must be zero.
public final class SoakRun {
    private static final String PREFIX = "weir-soak";
    private static final int SETTLE_SECONDS = 40;
    private static final long RECOVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final SoakOptions options;
    private final PolicySwitch policies;
    private final RelayBooks books;
    private final PrintWriter out;
    private final SoakLedger ledger = new SoakLedger();
    private volatile String latest = "beginning";
    private long faults;
    private int assignment = -1;
    private int lives;
    private volatile long began;
    private volatile @Nullable SoakLife life;

    private SoakRun(SoakOptions options, PolicySwitch policies, RelayBooks books, PrintWriter out) {
        this.options = options;
        this.policies = policies;
        this.books = books;
        this.out = out;
    }

    /// Runs it and takes everything away again, also on Ctrl-C.
    ///
    /// @param options how long, and which faults
    /// @param policies swaps policies on the relay
    /// @param books audits the relay
    /// @param out for progress and the ledger
    /// @return exit code: 0 if the ledger is zero, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(SoakOptions options, PolicySwitch policies, RelayBooks books, PrintWriter out) {
        return new SoakRun(options, policies, books, out).run();
    }

    private int run() {
        DemoRun.say(out, "Soak of " + options.seconds() + " s with seed " + options.seed() + "; the same seed makes the same faults.");
        try (var workspace = new Workspace()) {
            FanOutRun.Bed bed = FanOutRun.Bed.make(workspace, PREFIX);
            startLife(workspace, bed);
            makeFaults(workspace, bed);
            latest = "taking stock";
            finishLife();
        }
        return report();
    }

    private void startLife(Workspace workspace, FanOutRun.Bed bed) {
        assignment = -1;
        life = workspace.keep(new SoakLife(bed, options, ledger, books, lives++));
    }

    private void finishLife() {
        life().finish();
        settle();
    }

    private SoakLife life() {
        return Objects.requireNonNull(life);
    }

    private void makeFaults(Workspace workspace, FanOutRun.Bed bed) {
        var schedule = new SoakSchedule(options.seed());
        began = System.nanoTime();
        long length = TimeUnit.SECONDS.toNanos(options.seconds());
        try (Progress _ = Progress.show(out, () -> progress(began + length))) {
            for (SoakStep step = schedule.next(); ; step = schedule.next()) {
                long due = began + TimeUnit.MILLISECONDS.toNanos(step.atMillis());
                if (step.atMillis() >= TimeUnit.NANOSECONDS.toMillis(length)) {
                    break;
                }
                awaitTime(due);
                latest = step.describe();
                long before = System.nanoTime();
                if (isEndOfLife(step)) {
                    workspace.release(life());
                    startLife(workspace, bed);
                    // Time without a relay is no time under faults.
                    began = began + System.nanoTime() - before;
                } else {
                    make(step, life());
                }
                faults++;
                ledger.fact(step.fault().name().toLowerCase(Locale.ROOT).replace('_', ' '), 1);
            }
            awaitTime(began + length);
        }
    }

    private boolean isEndOfLife(SoakStep step) {
        if (step.fault() == SoakStep.Fault.RELAY_KILL) {
            life().kill();
            return true;
        }
        if (step.fault() == SoakStep.Fault.RELAY_RESTART) {
            finishLife();
            return true;
        }
        return false;
    }

    private String progress(long end) {
        SoakLife now = life();
        long left = Math.max(0, TimeUnit.NANOSECONDS.toSeconds(end - System.nanoTime()));
        var line = new StringBuilder("%d:%02d left, %d faults, %d visitors".formatted(left / 60, left % 60, faults, now.visitors.count()));
        now.tracks().forEach((mode, track) -> line.append(", %s %d published, %d at the slowest resident"
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

    private void make(SoakStep step, SoakLife now) {
        switch (step.fault()) {
            case ARRIVAL -> now.visitors.arrive(step.mode());
            case DEPARTURE -> now.visitors.leave();
            case KILL -> now.visitors.vanish(false);
            case CUT -> now.visitors.vanish(true);
            case PUBLISHER_RESTART, PUBLISHER_KILL -> {
                now.network.calm();
                now.track(step.mode()).replacePublisher(step.fault() == SoakStep.Fault.PUBLISHER_KILL);
            }
            case PAUSE -> pause(now.relay, step.pauseMillis());
            case COLLECTION -> RelayFootprint.collect(now.relay.pid());
            case POLICY -> swapPolicy(now.socket());
            case UNKIND_NETWORK -> now.network.impair(step.amount());
            case KIND_NETWORK -> now.network.calm();
            case BLACK_HOLE -> hole(now.network.one(step.amount()), step.holeMillis());
            case HARMFUL_PEER -> now.offenders.harm(now.track(step.mode()).name(), step.amount());
            case RESTLESS_PEER -> now.offenders.restless(now.track(step.mode()).name());
            case RELAY_KILL, RELAY_RESTART -> throw new IllegalStateException("A life does not outlive its relay.");
        }
    }

    private static void hole(SoakLink link, long millis) {
        link.goDead();
        try {
            awaitTime(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis));
        } finally {
            link.revive();
        }
        // Its peers try again after ever longer times. Who leaves before they have would take along what waits.
        long deadline = System.nanoTime() + RECOVERY_NANOS;
        for (long before = link.count(ImpairmentCounts::passed); link.count(ImpairmentCounts::passed) == before; ) {
            if (System.nanoTime() > deadline) {
                return; // nothing is sent to a resident whom a policy gives nothing
            }
            awaitTime(System.nanoTime() + POLL_NANOS);
        }
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
    private void settle() {
        RelayProcess relay = life().relay;
        latest = "waiting until the relay has given up those who went without a word";
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(SETTLE_SECONDS);
        RelayStatistics statistics = relay.statistics();
        while (!isEmpty(statistics) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(POLL_NANOS);
            statistics = relay.statistics();
        }
        try {
            ledger.relay(statistics, life().network.figures(), RelayFootprint.of(relay.pid()));
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
