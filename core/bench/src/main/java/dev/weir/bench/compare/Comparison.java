// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.CompareCell;
import dev.weir.bench.report.CompareReport;
import dev.weir.bench.report.CompareRun;
import dev.weir.bench.report.CompareTable;
import dev.weir.bench.report.RunReport;
import dev.weir.bench.run.CellBench;
import dev.weir.testkit.TestkitException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// `./weir compare run` and `./weir compare show`.
public final class Comparison {
    private static final long SECONDS_PER_MINUTE = 60;
    /// How long an interrupted run may take to end, seconds.
    private static final long CLEAN_UP_SECONDS = 30;

    private final CompareOptions options;
    private final CompletableFuture<Void> interruption;
    private final PrintWriter out;
    private final String began = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    private final List<CompareRun> runs = new ArrayList<>();
    private final int planned;

    private Comparison(CompareOptions options, CompletableFuture<Void> interruption, PrintWriter out) {
        this.options = options;
        this.interruption = interruption;
        this.out = out;
        this.planned = options.cells().size() * options.repetitions();
    }

    /// Measures every combination. The files are written after each run, so that an interruption leaves those that are finished.
    ///
    /// @param options what to measure
    /// @param interruption completed when somebody wants it to end now
    /// @param out for progress and the tables
    /// @return exit code: 0 if every run was measured and has no [CompareRun#problems], whatever the figures, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(CompareOptions options, CompletableFuture<Void> interruption, PrintWriter out) {
        for (Path file : new Path[] {options.json(), options.html()}) {
            if (file != null) {
                BenchReport.requireWritable(file);
            }
        }
        try (CellBench bench = CellBench.prepare(options.load(), options.media(), options.seconds(), out)) {
            return new Comparison(options, interruption, out).run(bench);
        }
    }

    private int run(CellBench bench) {
        long start = System.nanoTime();
        // A whole grid per repetition: what changes on the machine meanwhile meets all combinations alike.
        for (int repetition = 1; repetition <= options.repetitions(); repetition++) {
            for (CompareCell cell : options.cells()) {
                say("Run %d of %d%s: %s, %s …".formatted(runs.size() + 1, planned, timeLeft(start), cell.way(), cell.circumstances()));
                var running = new CompletableFuture<RunReport>();
                CompareRun run = measure(bench, cell, repetition, running);
                if (run == null) {
                    return interrupted(bench, running);
                }
                runs.add(run);
                write();
            }
        }
        return print(report(), out);
    }

    /// @return null: it was interrupted
    private @Nullable CompareRun measure(CellBench bench, CompareCell cell, int repetition, CompletableFuture<RunReport> running) {
        Thread.ofPlatform().daemon().name("comparison").start(() -> {
            try {
                running.complete(bench.run(cell, repetition));
            } catch (RuntimeException e) {
                running.completeExceptionally(e);
            }
        });
        try {
            CompletableFuture.anyOf(running, interruption).join();
            return interruption.isDone() ? null : new CompareRun(cell, repetition, running.join(), null);
        } catch (CompletionException e) {
            if (interruption.isDone()) {
                return null;
            }
            if (e.getCause() instanceof BenchException || e.getCause() instanceof TestkitException) {
                say("This run failed: " + e.getCause().getMessage());
                return new CompareRun(cell, repetition, null, e.getCause().getMessage());
            }
            throw e;
        }
    }

    /// @param running ends when nothing more is made that would have to be taken away
    private int interrupted(CellBench bench, CompletableFuture<RunReport> running) {
        bench.close();
        running.handle((_, _) -> 0).completeOnTimeout(0, CLEAN_UP_SECONDS, TimeUnit.SECONDS).join();
        if (!runs.isEmpty()) {
            print(report(), out);
        }
        say("Interrupted: %d of %d runs are finished%s.".formatted(runs.size(), planned, runs.isEmpty() ? ""
                : options.json() == null ? "; --json keeps them" : " and kept in " + options.json()));
        return 1;
    }

    private CompareReport report() {
        String machine = "Linux " + System.getProperty("os.version") + ", " + Runtime.getRuntime().availableProcessors() + " processors";
        return new CompareReport(options.command(), machine, began, planned, runs);
    }

    private void write() {
        CompareReport report = report();
        if (options.json() != null) {
            report.writeTo(options.json());
        }
        if (options.html() != null) {
            ComparePage.write(report, options.html());
        }
    }

    private String timeLeft(long start) {
        // Before a run has ended, its media's length is all that is known.
        double perRun = runs.isEmpty() ? CellBench.WARM_UP_SECONDS + options.seconds()
                : (double) TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start) / runs.size();
        long seconds = Math.round(perRun * (planned - runs.size()));
        return ", about %d:%02d min left".formatted(seconds / SECONDS_PER_MINUTE, seconds % SECONDS_PER_MINUTE);
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    /// Prints what [#run] wrote.
    ///
    /// @param json the file
    /// @param html where the page is written anew; null: nowhere
    /// @param out for the tables
    /// @return exit code, as of [#run]
    /// @throws BenchException if the file cannot be read or is no such report, as a sentence with a remedy
    public static int show(Path json, @Nullable Path html, PrintWriter out) {
        CompareReport report = CompareReport.read(json);
        if (html != null) {
            ComparePage.write(report, html);
        }
        return print(report, out);
    }

    private static int print(CompareReport report, PrintWriter out) {
        out.println("\n" + report.command() + "\n" + report.machine() + ", " + report.began() + "\n");
        out.print(CompareTable.of(report));
        List<CompareRun> bad = report.runs().stream().filter(run -> !run.problems().isEmpty()).toList();
        bad.forEach(run -> out.printf("Not as expected, %s: %s%n", run.name(), String.join(" ", run.problems())));
        report.runs().forEach(run -> run.remarks().forEach(remark -> out.printf("Remark, %s: %s%n", run.name(), remark)));
        out.flush();
        return bad.isEmpty() && report.runs().size() == report.planned() ? 0 : 1;
    }
}
