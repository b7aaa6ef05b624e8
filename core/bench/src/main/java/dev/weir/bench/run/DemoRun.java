// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.ReportTable;
import dev.weir.bench.report.RunReport;
import dev.weir.spi.DeliveryMode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// `./weir demo`: a video, or checksummed objects, from a publisher through a relay to subscribers, all in network namespaces
/// of this machine.
public final class DemoRun {
    private static final String PREFIX = "weir-demo";

    private DemoRun() {}

    /// Runs the demo and takes everything away again, also on Ctrl-C.
    ///
    /// @param options what to show
    /// @param out for progress and tables
    /// @return exit code: 0 if everything was as expected, else 1 (the tables say what was not)
    /// @throws dev.weir.bench.BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(DemoOptions options, PrintWriter out) {
        if (options.json() != null) {
            BenchReport.requireWritable(options.json());
        }
        var runs = new ArrayList<RunReport>();
        try (var workspace = new Workspace()) {
            MediaPlan media = media(options, workspace, out);
            FanOutRun.Bed bed = FanOutRun.Bed.make(workspace, PREFIX);
            for (DeliveryMode mode : options.modes().modes()) {
                say(out, "Starting the relay, a publisher and " + options.subscribers() + " subscribers for " + mode + " …");
                var plan = new FanOutRun.Plan(options.subscribers(), mode, options.path(), media, 0, options.pcap(), options.faults());
                RunReport run = new FanOutRun(bed, plan, out).run();
                runs.add(run);
                say(out, "\n" + ReportTable.of(run));
            }
        }
        if (options.json() != null) {
            new BenchReport(runs).writeTo(options.json());
        }
        return exitCode(runs, out);
    }

    static int exitCode(List<RunReport> runs, PrintWriter out) {
        boolean asExpected = runs.stream().allMatch(run -> run.problems().isEmpty());
        say(out, asExpected ? "Everything was as expected." : "Not everything was as expected; the tables say what.");
        return asExpected ? 0 : 1;
    }

    private static MediaPlan media(DemoOptions options, Workspace workspace, PrintWriter out) {
        if (options.load() != null) {
            return new MediaPlan.Synthetic(options.load(), options.seconds());
        }
        Path file = workspace.folder().resolve("published.mp4");
        say(out, "Making a video of " + options.seconds() + " s with ffmpeg …");
        Ffmpeg ffmpeg = workspace.keep(Ffmpeg.of(options.media(), options.seconds()));
        ffmpeg.writeTo(file);
        workspace.release(ffmpeg);
        return MediaPlan.Video.of(file, options.seconds());
    }

    static void say(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
