// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.report.CompareFigure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.JsonNode;

/// The rows of a comparison's tables, from nothing but its JSON file.
final class CompareColumns {
    private static final List<Column> DELIVERY = List.of(
            new Column("DELIVERED %", 2, run -> 100.0 * at(run, "observations.objects_received")
                    / (at(run, "observations.objects_published") * at(run, "subscribers"))),
            new Column("DECODABLE %", 2, run -> 100.0 * at(run, "observations.frames_decodable")
                    / (at(run, "observations.frames_published") * at(run, "subscribers"))),
            new Column("P50 ms", 2, run -> at(run, "latency_us.p50") / 1000),
            new Column("P99 ms", 2, run -> at(run, "latency_us.p99") / 1000),
            new Column("P99.9 ms", 2, run -> at(run, "latency_us.p999") / 1000),
            new Column("STALLS >50 ms", 0, run -> at(run, "observations.stalls.over50")),
            new Column("STALLS >200 ms", 0, run -> at(run, "observations.stalls.over200")));
    private static final List<Column> COST = List.of(
            new Column("COPIES", 0, CompareColumns::copies),
            new Column("BY KERNEL %", 1, run -> 100.0 * at(run, "copies.kernel") / copies(run)),
            new Column("RETRANSMITTED KiB", 1, run -> at(run, "retransmitted_bytes") / 1024),
            new Column("CPU µs/COPY", 2, run -> at(run, "cpu_us_per_copy.total")),
            new Column("RELAY", 2, run -> at(run, "cpu_us_per_copy.relay")),
            new Column("SOFTIRQ", 2, run -> at(run, "cpu_us_per_copy.softirq")),
            new Column("ALL SOFTIRQ", 2, run -> at(run, "softirq_system_us") / copies(run)));

    private record Column(String heading, int decimals, ToDoubleFunction<JsonNode> of) {}

    private CompareColumns() {}

    /// @param runs repetitions of one combination
    /// @param loss as it was given
    /// @param delay as it was given
    /// @return the row of the first table
    static List<String> delivery(List<JsonNode> runs, String loss, String delay) {
        List<String> row = row(runs, DELIVERY, CompareFigure.DELIVERY, loss, delay);
        var reasons = new TreeSet<String>();
        runs.forEach(run -> reasons.addAll(run.path("observations").path("missing").propertyNames()));
        row.add(reasons.isEmpty() ? "none" : String.join(", ", reasons.stream()
                .map(reason -> reason + " " + text(runs, 0, run -> run.path("observations").path("missing").path(reason).asDouble(0))).toList()));
        return row;
    }

    /// @return the row of the second table
    static List<String> cost(List<JsonNode> runs, String loss, String delay) {
        return row(runs, COST, CompareFigure.COST, loss, delay);
    }

    private static List<String> row(List<JsonNode> runs, List<Column> columns, List<CompareFigure> figures, String loss, String delay) {
        assertThat(columns).extracting(Column::heading).isEqualTo(figures.stream().map(CompareFigure::heading).toList());
        JsonNode first = runs.getFirst();
        var row = new ArrayList<>(List.of(first.path("mode").asString(), first.path("path").asString(),
                first.path("subscribers").asString(), loss, delay));
        columns.forEach(column -> row.add(text(runs, column.decimals(), column.of())));
        return row;
    }

    private static String text(List<JsonNode> runs, int decimals, ToDoubleFunction<JsonNode> of) {
        double[] values = runs.stream().mapToDouble(of).filter(Double::isFinite).sorted().toArray();
        if (values.length == 0) {
            return "-";
        }
        int middle = values.length / 2;
        double median = values.length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
        String[] shown = Arrays.stream(new double[] {median, values[0], values[values.length - 1]})
                .mapToObj(value -> String.format(Locale.ROOT, "%." + decimals + "f", value)).toArray(String[]::new);
        return shown[1].equals(shown[2]) ? shown[0] : shown[0] + " (" + shown[1] + "–" + shown[2] + ")";
    }

    private static double copies(JsonNode run) {
        return at(run, "copies.kernel") + at(run, "copies.userspace");
    }

    private static double at(JsonNode run, String path) {
        JsonNode node = run;
        for (String name : path.split("\\.")) {
            node = node.path(name);
        }
        assertThat(node.isNumber()).as(path).isTrue();
        return node.asDouble();
    }
}
