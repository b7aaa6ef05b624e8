// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import dev.weir.bench.report.CompareCell;
import dev.weir.bench.report.CompareFigure;
import dev.weir.bench.report.Observations;
import dev.weir.bench.report.RunReport;
import dev.weir.bench.report.Spread;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/// The drawings of a comparison: medians of the repetitions.
final class CompareCharts {
    private static final double MICROS_PER_MILLI = 1000;
    private static final double SLOTS_PER_SECOND = 1000.0 / Observations.SLOT_MILLIS;
    private static final double[] PERCENTS = {0, 50, 90, 99, 99.9, 99.99};
    private static final double HIGHEST = 99.99;
    private static final double ALL = 100;
    private static final double SMALLEST_MILLIS = 0.01;

    private CompareCharts() {}

    static String latency(Map<CompareCell, List<RunReport>> cells, String name) {
        var lines = new ArrayList<Chart.Line>();
        cells.forEach((cell, runs) -> {
            List<Observations> seen = seen(runs);
            if (!seen.isEmpty()) {
                lines.add(new Chart.Line(cell.way(), style(cell), latencyPoints(seen)));
            }
        });
        var x = new Chart.Axis("percent of the objects", PERCENTS,
                percent -> -Math.log10(1 - Math.min(percent, HIGHEST) / ALL) / -Math.log10(1 - HIGHEST / ALL),
                percent -> percent == Math.rint(percent) ? String.valueOf((long) percent) : String.valueOf(percent));
        var y = Chart.Axis.logarithmic("milliseconds", decades(lines));
        return new Chart(x, y, lines).svg("Latency, " + name);
    }

    private static double[] latencyPoints(List<Observations> seen) {
        List<Observations.Quantile> first = seen.getFirst().latencyUs();
        return IntStream.range(0, first.size())
                .filter(i -> first.get(i).percent() <= HIGHEST)
                .boxed()
                .flatMapToDouble(i -> DoubleStream.of(first.get(i).percent(), Math.max(SMALLEST_MILLIS,
                        Spread.of(seen.stream().map(each -> each.latencyUs().get(i).micros()).toList()).median() / MICROS_PER_MILLI)))
                .toArray();
    }

    /// Powers of ten around all values.
    private static double[] decades(List<Chart.Line> lines) {
        double[] values = lines.stream()
                .flatMapToDouble(line -> IntStream.range(0, line.points().length / 2).mapToDouble(i -> line.points()[2 * i + 1]))
                .toArray();
        int least = (int) Math.floor(Math.log10(DoubleStream.of(values).min().orElse(1)));
        int most = (int) Math.ceil(Math.log10(DoubleStream.of(values).max().orElse(1)));
        return IntStream.rangeClosed(least, Math.max(most, least + 1)).mapToDouble(power -> Math.pow(10, power)).toArray();
    }

    static String delivery(Map<CompareCell, List<RunReport>> cells, String name) {
        var lines = new ArrayList<Chart.Line>();
        cells.forEach((cell, runs) -> {
            List<Observations> seen = seen(runs);
            if (!seen.isEmpty()) {
                lines.add(new Chart.Line(cell.way(), style(cell), deliveryPoints(seen, cell.subscribers())));
            }
        });
        double seconds = lines.stream().mapToDouble(line -> line.points().length / 2 / SLOTS_PER_SECOND).max().orElse(1);
        double rate = lines.stream()
                .flatMapToDouble(line -> IntStream.range(0, line.points().length / 2).mapToDouble(i -> line.points()[2 * i + 1]))
                .max().orElse(1);
        return new Chart(Chart.Axis.linear("seconds", steps(seconds)), Chart.Axis.linear("objects per second", steps(rate)), lines)
                .svg("Delivery, " + name);
    }

    private static double[] deliveryPoints(List<Observations> seen, int subscribers) {
        int slots = seen.stream().mapToInt(each -> each.objectsPerSlot().size()).min().orElse(0);
        return IntStream.range(0, slots)
                .boxed()
                .flatMapToDouble(i -> DoubleStream.of(i / SLOTS_PER_SECOND,
                        Spread.of(seen.stream().map(each -> each.objectsPerSlot().get(i)).toList()).median() * SLOTS_PER_SECOND / subscribers))
                .toArray();
    }

    /// Four to eight round steps from zero on to the value or a little more.
    private static double[] steps(double value) {
        double size = Math.pow(10, Math.floor(Math.log10(Math.max(value, 1) / 4)));
        while (value / size > 8) {
            size *= value / size > 16 ? 5 : 2;
        }
        double step = size;
        return IntStream.rangeClosed(0, Math.max(1, (int) Math.ceil(value / step))).mapToDouble(i -> i * step).toArray();
    }

    static String cpu(Map<CompareCell, List<RunReport>> cells, String name) {
        var bars = new ArrayList<Bars.Bar>();
        cells.forEach((cell, runs) -> bars.add(new Bars.Bar(cell.way(), style(cell), median("RELAY", runs), median("SOFTIRQ", runs))));
        return new Bars(bars).svg("Processor time per copy, " + name, "µs", "relay process", "BPF program");
    }

    private static double median(String heading, List<RunReport> runs) {
        Spread spread = CompareFigure.COST.stream()
                .filter(figure -> figure.heading().equals(heading)).findFirst().orElseThrow().spread(runs);
        return spread == null ? 0 : spread.median();
    }

    private static List<Observations> seen(List<RunReport> runs) {
        return runs.stream().map(RunReport::observations).filter(Objects::nonNull).toList();
    }

    private static String style(CompareCell cell) {
        return cell.mode() + (cell.path().equals("kernel") ? " whole" : " dashed");
    }
}
