// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.media.Ffmpeg;
import dev.weir.bench.media.VideoCodec;
import dev.weir.bench.report.CompareCell;
import dev.weir.bench.report.RunReport;
import dev.weir.spi.DeliveryMode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Measures combinations of mode, path, subscribers, loss and delay with the same media, each in network namespaces of its own.
public final class CellBench implements AutoCloseable {
    /// For the JIT compilers of relay and peers; not measured.
    public static final int WARM_UP_SECONDS = 3;
    private static final String PREFIX = "weir-compare";

    private final MediaPlan media;
    private final PrintWriter out;
    private final Workspace videos;
    private volatile @Nullable Workspace current;
    private volatile boolean closed;

    private CellBench(MediaPlan media, Workspace videos, PrintWriter out) {
        this.media = media;
        this.videos = videos;
        this.out = out;
    }

    /// Makes the media, if they are a video.
    ///
    /// @param load checksummed objects; null: a video, published by layer
    /// @param video a file that ffmpeg reads; null: a test picture
    /// @param seconds length without the warm-up, 1 to 3600
    /// @param out for progress
    /// @throws BenchException if ffmpeg cannot do it, as a sentence with a remedy
    public static CellBench prepare(@Nullable SyntheticLoad load, @Nullable Path video, int seconds, PrintWriter out) {
        int all = WARM_UP_SECONDS + seconds;
        var videos = new Workspace();
        if (load != null) {
            return new CellBench(new MediaPlan.Synthetic(load, all), videos, out);
        }
        DemoRun.say(out, "Making a video of " + all + " s with ffmpeg …");
        Path file = videos.folder().resolve("published.h264");
        try (Ffmpeg ffmpeg = videos.keep(Ffmpeg.frames(VideoCodec.H264, video, all))) {
            ffmpeg.writeTo(file);
            videos.release(ffmpeg);
        } catch (RuntimeException e) {
            videos.close();
            throw e;
        }
        return new CellBench(new MediaPlan.Layered(() -> MediaPlan.FileInput.open(file), VideoCodec.H264, all), videos, out);
    }

    /// Makes the namespaces, measures, and takes everything away again, also on Ctrl-C.
    ///
    /// @param seed of the losses
    /// @return what was measured
    /// @throws BenchException if it cannot be done, as a sentence with a remedy
    /// @throws dev.weir.testkit.TestkitException if a tool or a privilege is missing, as a sentence with a remedy
    public RunReport run(CompareCell cell, long seed) {
        NetworkFaults faults = cell.lossPercent() == 0 ? null : new NetworkFaults(cell.lossPercent(), 0, 1, seed);
        try (var workspace = new Workspace()) {
            current = workspace;
            if (closed) {
                throw new BenchException("The comparison was interrupted; start it again.");
            }
            var plan = new FanOutRun.Plan(cell.subscribers(), DeliveryMode.valueOf(cell.mode().toUpperCase(Locale.ROOT)),
                    RelayPath.valueOf(cell.path().toUpperCase(Locale.ROOT)), media, WARM_UP_SECONDS, null, faults,
                    Duration.ofMillis(cell.delayMs()), new ArrivalLog(WARM_UP_SECONDS));
            return new FanOutRun(FanOutRun.Bed.make(workspace, PREFIX), plan, out).run();
        } finally {
            current = null;
        }
    }

    /// Takes everything away; a run that is going on fails.
    @Override
    public void close() {
        closed = true;
        Workspace running = current;
        if (running != null) {
            running.close();
        }
        videos.close();
    }
}
