// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/// [PolicyReport]s as text: medians over the repetitions, with the least and the greatest behind them.
public final class PolicyTable {
    private static final double MILLI = 1000;
    private static final double MEGA = 1e6;
    private static final double PERCENT = 100;

    private PolicyTable() {}

    /// @param report what was measured
    /// @return what subscribers behind the narrow link had, one row per link, delivery mode and policy, with line ends; empty if there
    ///     was none
    public static String bottleneck(PolicyReport report) {
        if (report.runs().isEmpty()) {
            return "";
        }
        var table = new TextTable("LINK Mbit/s", "MODE", "POLICY", "FORM", "DECODABLE %", "KEY", "REFERENCE", "DROPPABLE", "DROPPED %",
                "DROPPED FOR", "LOST IN QUEUE", "RELAY DROPPED", "P50 ms", "P99 ms");
        groups(report.runs()).values().forEach(runs -> {
            BottleneckReport first = runs.getFirst();
            table.row(number("%.2f", first.bottleneckBitsPerSecond() / MEGA), first.mode(), first.policy(),
                    first.form().isEmpty() ? "-" : first.form(),
                    spread(runs, BottleneckReport::decodablePercent, "%.1f"), layer(runs, "key"), layer(runs, "reference"),
                    layer(runs, "droppable"), spread(runs, BottleneckReport::dropPercent, "%.1f"),
                    reasons(runs, BottleneckReport::droppedByPolicy), spread(runs, BottleneckReport::queueLostPackets, "%.0f"),
                    reasons(runs, BottleneckReport::droppedByRelay), spread(runs, run -> run.latencyUs().p50() / MILLI, "%.0f"),
                    spread(runs, run -> run.latencyUs().p99() / MILLI, "%.0f"));
        });
        return lines(table);
    }

    /// @param report what was measured
    /// @return what decisions cost, one row per form, with line ends; empty if it was not measured
    public static String decisions(PolicyReport report) {
        if (report.decisions().isEmpty()) {
            return "";
        }
        DecisionReport none = report.decisions().getFirst();
        double base = Spread.of(none.nsPerCopy()).median();
        var table = new TextTable("POLICY", "FORM", "SUBSCRIBERS", "BPF ns/COPY", "ns/DECISION (95 %)", "% OF COPY", "ns/CALL ALONE");
        for (DecisionReport each : report.decisions()) {
            Spread cost = each.nsPerDecision(none);
            table.row(each.policy(), each.form(), String.valueOf(each.subscribers()),
                    number("%.0f", Spread.of(each.nsPerCopy()).median()), each == none ? "-" : text(cost, "%.0f"),
                    each == none ? "-" : number("%.1f", PERCENT * cost.median() / base),
                    each.nsPerCall() == 0 ? "-" : number("%.1f", each.nsPerCall()));
        }
        return lines(table);
    }

    /// @param runs of any links, modes and policies
    /// @return the repetitions of each, in the order in which they ran
    public static Map<String, List<BottleneckReport>> groups(List<BottleneckReport> runs) {
        return runs.stream().collect(Collectors.groupingBy(
                run -> key(run.bottleneckBitsPerSecond(), run.mode(), run.policy()), LinkedHashMap::new, Collectors.toList()));
    }

    /// @param bottleneckBitsPerSecond rate of the narrow link
    /// @param mode `stream` or `datagram`
    /// @param policy its name
    /// @return what [#groups] finds such runs under
    public static String key(long bottleneckBitsPerSecond, String mode, String policy) {
        return bottleneckBitsPerSecond + " " + mode + " " + policy;
    }

    private static String layer(List<BottleneckReport> runs, String layer) {
        double decodable = Spread.of(runs.stream().map(run -> run.decodableFrames().getOrDefault(layer, 0L)).toList()).median();
        double published = Spread.of(runs.stream().map(run -> run.publishedFrames().getOrDefault(layer, 0L)).toList()).median();
        return number("%.0f", decodable) + "/" + number("%.0f", published);
    }

    private static String reasons(
            List<BottleneckReport> runs, Function<BottleneckReport, Map<String, Long>> counts) {
        var sums = new TreeMap<String, Long>();
        runs.forEach(run -> counts.apply(run).forEach((reason, count) -> sums.merge(reason, count, Long::sum)));
        return sums.isEmpty() ? "-" : sums.entrySet().stream()
                .map(entry -> entry.getKey() + " " + Math.round((double) entry.getValue() / runs.size()))
                .collect(Collectors.joining(", "));
    }

    private static String spread(List<BottleneckReport> runs, ToDoubleFunction<BottleneckReport> figure, String format) {
        return text(Spread.of(runs.stream().map(figure::applyAsDouble).toList()), format);
    }

    private static String text(Spread spread, String format) {
        String median = number(format, spread.median());
        return spread.least() == spread.greatest() ? median
                : median + " (" + number(format, spread.least()) + "–" + number(format, spread.greatest()) + ")";
    }

    private static String number(String format, double value) {
        return String.format(Locale.ROOT, format, value);
    }

    private static String lines(TextTable table) {
        return table.lines().stream().map(row -> row + "\n").collect(Collectors.joining());
    }
}
