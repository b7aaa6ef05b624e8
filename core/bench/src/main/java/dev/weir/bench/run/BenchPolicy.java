// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.media.VideoCodec;
import dev.weir.bench.report.BenchReport;
import dev.weir.bench.report.BottleneckReport;
import dev.weir.bench.report.DecisionReport;
import dev.weir.bench.report.PolicyReport;
import dev.weir.bench.report.PolicyTable;
import dev.weir.bench.report.Spread;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutPolicy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `./weir bench policy`: what congestion-priority is worth to a subscriber behind narrow links, against dropping at random
/// and against not dropping, and what decisions cost in the kernel.
public final class BenchPolicy {
    private static final String PREFIX = "weir-policy";
    private static final String CONGESTION_PRIORITY = "congestion-priority";
    private static final String RANDOM = "random";
    private static final String NONE = "none";
    private static final int PERCENT = 100;
    private static final long SEED = 0x9e37_79b9_7f4a_7c15L;

    private final BenchPolicyOptions options;
    private final PolicyRelay.Starter starter;
    private final PrintWriter out;
    private final List<BottleneckReport> runs = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private BenchPolicy(BenchPolicyOptions options, PolicyRelay.Starter starter, PrintWriter out) {
        this.options = options;
        this.starter = starter;
        this.out = out;
    }

    /// Runs the benchmark.
    ///
    /// @param options what to measure
    /// @param starter makes relays
    /// @param out for progress and tables
    /// @return exit code: 0 if congestion-priority won behind every link in every mode, else 1
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public static int run(BenchPolicyOptions options, PolicyRelay.Starter starter, PrintWriter out) {
        if (options.json() != null) {
            BenchReport.requireWritable(options.json());
        }
        return new BenchPolicy(options, starter, out).run();
    }

    private int run() {
        try (var workspace = new Workspace()) {
            Path video = video(workspace);
            long videoRate = bitsPerSecond(video);
            PolicyBed bed = PolicyBed.make(workspace, PREFIX, starter);
            List<DecisionReport> decisions = options.rounds() == 0 ? List.of()
                    : new DecisionRun(bed, options.rounds(), out).run();
            var media = new MediaPlan.Layered(() -> MediaPlan.FileInput.open(video), VideoCodec.H264, options.seconds());
            for (int bottleneck : options.bottlenecks()) {
                compare(bed, media, videoRate, videoRate * bottleneck / PERCENT);
            }
            return finish(new PolicyReport(videoRate, options.rttMillis(), options.queueMillis(), options.deadlineMillis(), runs,
                    decisions, problems));
        }
    }

    private int finish(PolicyReport report) {
        DemoRun.say(out, "\n" + PolicyTable.bottleneck(report));
        DemoRun.say(out, PolicyTable.decisions(report));
        problems.forEach(problem -> DemoRun.say(out, "Not as expected: " + problem));
        if (options.json() != null) {
            report.writeTo(options.json());
        }
        return problems.isEmpty() ? 0 : 1;
    }

    private Path video(Workspace workspace) {
        Path file = workspace.folder().resolve("published.h264");
        DemoRun.say(out, "Making a video of " + options.seconds() + " s with ffmpeg …");
        Ffmpeg ffmpeg = workspace.keep(Ffmpeg.frames(VideoCodec.H264, null, options.seconds()));
        ffmpeg.writeTo(file);
        workspace.release(ffmpeg);
        return file;
    }

    private long bitsPerSecond(Path video) {
        try {
            return Files.size(video) * Byte.SIZE / options.seconds();
        } catch (IOException e) {
            throw new BenchException("Cannot read " + video + " (" + e.getMessage() + "); make room there.", e);
        }
    }

    private void compare(PolicyBed bed, MediaPlan.Layered media, long videoRate, long linkRate) {
        DemoRun.say(out, String.format(Locale.ROOT,
                "A video of %.2f Mbit/s through a link of %.2f Mbit/s with a queue of %d ms and a round-trip time of %d ms;"
                        + " a frame counts if it comes within %d ms.",
                videoRate / 1e6, linkRate / 1e6, options.queueMillis(), options.rttMillis(), options.deadlineMillis()));
        for (DeliveryMode mode : options.modes().modes()) {
            for (int repetition = 1; repetition <= options.runs(); repetition++) {
                compare(bed, mode, media, linkRate, repetition);
            }
            judge(linkRate, mode);
        }
    }

    /// No policy, congestion-priority, and as many drops at random, one after the other.
    private void compare(PolicyBed bed, DeliveryMode mode, MediaPlan.Layered media, long linkRate, int repetition) {
        var plan = new BottleneckRun.Plan(
                repetition, mode, media, linkRate, options.rttMillis(), options.queueMillis(), options.deadlineMillis());
        runs.add(run(bed, plan, NONE, null));
        FanoutPolicy bundled = bed.relay().bundled(CONGESTION_PRIORITY, Map.of());
        BottleneckReport policy = run(bed, plan, CONGESTION_PRIORITY, bundled);
        runs.add(policy);
        runs.add(run(bed, plan, RANDOM, new RandomDrop(policy.dropPercent() / PERCENT, SEED + repetition)));
    }

    private BottleneckReport run(PolicyBed bed, BottleneckRun.Plan plan, String name, @Nullable FanoutPolicy policy) {
        DemoRun.say(out, "%s, %s, %d of %d …".formatted(plan.mode(), name, plan.repetition(), options.runs()));
        var run = new BottleneckRun(bed, plan, "policy-" + runs.size());
        if (policy == null) {
            return run.run(name, null);
        }
        PolicyRelay.Installed installed = bed.relay().install(name, policy);
        try {
            return run.run(name, installed);
        } finally {
            bed.relay().retire(installed);
        }
    }

    private void judge(long linkRate, DeliveryMode mode) {
        Spread none = share(linkRate, mode, NONE);
        Spread policy = share(linkRate, mode, CONGESTION_PRIORITY);
        Spread random = share(linkRate, mode, RANDOM);
        if (policy.least() <= random.greatest()) {
            problems.add(String.format(Locale.ROOT, "%s through %.2f Mbit/s: congestion-priority leaves %.1f %% of the frames decodable"
                    + " at least, dropping at random up to %.1f %%.", mode, linkRate / 1e6, policy.least(), random.greatest()));
        }
        if (policy.median() < none.median()) {
            problems.add(String.format(Locale.ROOT, "%s through %.2f Mbit/s: congestion-priority leaves %.1f %% of the frames decodable,"
                    + " no policy %.1f %%.", mode, linkRate / 1e6, policy.median(), none.median()));
        }
    }

    private Spread share(long linkRate, DeliveryMode mode, String policy) {
        var group = PolicyTable.groups(runs).get(PolicyTable.key(linkRate, mode.name().toLowerCase(Locale.ROOT), policy));
        return Spread.of(group.stream().map(BottleneckReport::decodablePercent).toList());
    }
}
