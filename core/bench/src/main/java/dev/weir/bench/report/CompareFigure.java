// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/// A column of a comparison: a figure of each run. The table and the page take their figures from here.
///
/// @param heading of the column
/// @param meaning a sentence
/// @param decimals how many are shown
/// @param of the figure of one run; NaN if it has none
public record CompareFigure(String heading, String meaning, int decimals, ToDoubleFunction<RunReport> of) {
    private static final double PERCENT = 100;
    private static final double MICROS_PER_MILLI = 1000;
    private static final double BYTES_PER_KIB = 1024;

    /// What subscribers saw.
    public static final List<CompareFigure> DELIVERY = List.of(
            new CompareFigure("DELIVERED %", "Objects received, of objects published times subscribers.", 2, CompareFigure::delivered),
            new CompareFigure("DECODABLE %", "Frames that could be decoded, of frames published times subscribers.", 2, CompareFigure::decodable),
            new CompareFigure("P50 ms", "Median of the time from the publisher's sending of an object to its arrival.", 2,
                    run -> run.latencyUs().p50() / MICROS_PER_MILLI),
            new CompareFigure("P99 ms", "99 % of the objects took no longer.", 2, run -> run.latencyUs().p99() / MICROS_PER_MILLI),
            new CompareFigure("P99.9 ms", "99.9 % of the objects took no longer.", 2, run -> run.latencyUs().p999() / MICROS_PER_MILLI),
            new CompareFigure("STALLS >50 ms", "Waits of a subscriber that were 50 ms longer than the publisher's.", 0,
                    run -> stalls(run, Observations.Stalls::over50)),
            new CompareFigure("STALLS >200 ms", "Waits of a subscriber that were 200 ms longer than the publisher's.", 0,
                    run -> stalls(run, Observations.Stalls::over200)));

    /// What it took.
    public static final List<CompareFigure> COST = List.of(
            new CompareFigure("COPIES", "Packets with media made for subscribers.", 0, run -> run.copies().total()),
            new CompareFigure("BY KERNEL %", "Of these, made by the kernel.", 1, run -> run.copies().kernelShare()),
            new CompareFigure("RETRANSMITTED KiB", "Stream bytes that the relay sent again.", 1,
                    run -> run.retransmittedBytes() / BYTES_PER_KIB),
            new CompareFigure("CPU µs/COPY", "Processor time per copy: relay process and BPF program.", 2, run -> run.cpuUsPerCopy().total()),
            new CompareFigure("RELAY", "Processor time per copy of the relay process, microseconds.", 2, run -> run.cpuUsPerCopy().relay()),
            new CompareFigure("SOFTIRQ", "Run time per copy of the BPF program, microseconds.", 2, run -> run.cpuUsPerCopy().softirq()),
            new CompareFigure("ALL SOFTIRQ", "Softirq time per copy of the whole machine, publisher and subscribers included, microseconds.", 2,
                    run -> run.copies().total() == 0 ? Double.NaN : (double) run.softirqSystemUs() / run.copies().total()));

    private static double stalls(RunReport run, ToDoubleFunction<Observations.Stalls> count) {
        Observations seen = run.observations();
        return seen == null ? Double.NaN : count.applyAsDouble(seen.stalls());
    }

    private static double delivered(RunReport run) {
        Observations seen = run.observations();
        return seen == null || seen.objectsPublished() == 0 ? Double.NaN
                : PERCENT * seen.objectsReceived() / (seen.objectsPublished() * run.subscribers());
    }

    private static double decodable(RunReport run) {
        Observations seen = run.observations();
        return seen == null || seen.framesPublished() == 0 ? Double.NaN
                : PERCENT * seen.framesDecodable() / (seen.framesPublished() * run.subscribers());
    }

    /// @param runs repetitions
    /// @return their spread; null if they have no such figure
    public @Nullable Spread spread(Collection<RunReport> runs) {
        List<Double> figures = figures(runs);
        return figures.isEmpty() ? null : Spread.of(figures);
    }

    private List<Double> figures(Collection<RunReport> runs) {
        return runs.stream().mapToDouble(of).filter(Double::isFinite).boxed().toList();
    }

    /// @param runs repetitions
    /// @return the median, and least and greatest where there are several; `-` without a figure
    public String text(Collection<RunReport> runs) {
        return text(figures(runs), decimals);
    }

    /// @param figures of repetitions
    /// @param decimals how many are shown
    /// @return the median, and least and greatest where they differ; `-` without a figure
    static String text(Collection<? extends Number> figures, int decimals) {
        if (figures.isEmpty()) {
            return "-";
        }
        Spread spread = Spread.of(figures);
        String median = number(spread.median(), decimals);
        String least = number(spread.least(), decimals);
        String greatest = number(spread.greatest(), decimals);
        return Objects.equals(least, greatest) ? median : median + " (" + least + "–" + greatest + ")";
    }

    private static String number(double value, int decimals) {
        return String.format(Locale.ROOT, "%." + decimals + "f", value);
    }
}
