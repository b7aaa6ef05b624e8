// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.Latency;
import dev.weir.bench.report.ReportTable;
import dev.weir.bench.report.RunReport;
import dev.weir.spi.DeliveryMode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/// `./weir bench path`: the kernel's path against the user-space path, at the same rate, for several numbers of subscribers.
public final class BenchPath {
    private static final String PREFIX = "weir-bench";
    /// For the relay's and the subscribers' JIT compilers; not measured.
    private static final int WARM_UP_SECONDS = 6;

    private BenchPath() {}

    /// Runs the benchmark.
    ///
    /// @param options what to measure
    /// @param out for progress, table and ratios
    /// @return exit code: 0 if every run was as expected, whatever the ratios, else 1
    /// @throws dev.weir.bench.BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(BenchPathOptions options, PrintWriter out) {
        if (options.json() != null) {
            BenchReport.requireWritable(options.json());
        }
        var runs = new ArrayList<RunReport>();
        var ratios = new ArrayList<String>();
        try (var workspace = new Workspace()) {
            FanOutRun.Bed bed = FanOutRun.Bed.make(workspace, PREFIX);
            for (DeliveryMode mode : options.modes().modes()) {
                for (int subscribers : options.subscribers()) {
                    RunReport kernel = run(bed, options, mode, subscribers, RelayPath.KERNEL, out);
                    RunReport userSpace = run(bed, options, mode, subscribers, RelayPath.USERSPACE, out);
                    runs.addAll(List.of(kernel, userSpace));
                    ratios.add(ratio(kernel, userSpace));
                }
            }
        }
        DemoRun.say(out, "\n" + ReportTable.comparison(runs));
        ratios.forEach(line -> DemoRun.say(out, line));
        runs.forEach(run -> run.problems().forEach(problem -> DemoRun.say(out, "Not as expected, %s, %d subscribers, %s: %s".formatted(
                run.mode(), run.subscribers(), run.path(), problem))));
        if (options.json() != null) {
            new BenchReport(runs).writeTo(options.json());
        }
        return DemoRun.exitCode(runs, out);
    }

    private static RunReport run(
            FanOutRun.Bed bed, BenchPathOptions options, DeliveryMode mode, int subscribers, RelayPath path, PrintWriter out) {
        int rate = options.rateFor(subscribers);
        DemoRun.say(out, "%s, %d subscribers, %s path, %d objects/s of %d bytes …".formatted(
                mode, subscribers, path.word(), rate, options.size()));
        var media = new MediaPlan.Synthetic(new SyntheticLoad(rate, options.size()), WARM_UP_SECONDS + options.seconds());
        return new FanOutRun(bed, new FanOutRun.Plan(subscribers, mode, path, media, WARM_UP_SECONDS, null, null), out).run();
    }

    private static String ratio(RunReport kernel, RunReport userSpace) {
        Latency fast = kernel.latencyUs();
        Latency slow = userSpace.latencyUs();
        double kernelCpu = kernel.cpuUsPerCopy().total();
        double userSpaceCpu = userSpace.cpuUsPerCopy().total();
        return ("%s, %d subscribers: kernel / user space = %.2f in latency p50 (%.0f / %.0f µs), %.2f in p99,"
                + " %.2f in CPU per copy (%.2f / %.2f µs)").formatted(kernel.mode(), kernel.subscribers(),
                fast.p50() / slow.p50(), fast.p50(), slow.p50(), fast.p99() / slow.p99(),
                kernelCpu / userSpaceCpu, kernelCpu, userSpaceCpu);
    }
}
