// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A comparison as text: what subscribers saw, what it took, what is missing.
public final class CompareTable {
    private static final List<String> CELL = List.of("MODE", "PATH", "SUBSCRIBERS", "LOSS %", "DELAY ms");

    private CompareTable() {}

    /// @param report a comparison
    /// @return tables with a row for each combination, medians with the least and the greatest of the repetitions, with line ends
    public static String of(CompareReport report) {
        return table(report, CompareFigure.DELIVERY, "MISSING BY REASON") + "\n" + table(report, CompareFigure.COST, null);
    }

    private static String table(CompareReport report, List<CompareFigure> figures, @Nullable String last) {
        var headings = new ArrayList<>(CELL);
        figures.forEach(figure -> headings.add(figure.heading()));
        if (last != null) {
            headings.add(last);
        }
        var table = new TextTable(headings.toArray(String[]::new));
        report.byCell().forEach((cell, runs) -> {
            var row = new ArrayList<>(List.of(cell.mode(), cell.path(), String.valueOf(cell.subscribers()), cell.loss(),
                    String.valueOf(cell.delayMs())));
            figures.forEach(figure -> row.add(figure.text(runs)));
            if (last != null) {
                row.add(runs.isEmpty() ? "failed" : missing(runs));
            }
            table.row(row.toArray(String[]::new));
        });
        return table.lines().stream().map(line -> line + "\n").collect(Collectors.joining());
    }

    /// @param runs repetitions
    /// @return objects of all subscribers that did not come, by reason, as a figure of its own each; `none`
    public static String missing(Collection<RunReport> runs) {
        List<Map<String, Long>> missing = runs.stream().map(RunReport::observations).filter(Objects::nonNull).map(Observations::missing).toList();
        var reasons = new TreeSet<String>();
        missing.forEach(each -> reasons.addAll(each.keySet()));
        return reasons.isEmpty() ? "none" : reasons.stream()
                .map(reason -> reason + " " + CompareFigure.text(missing.stream().map(each -> each.getOrDefault(reason, 0L)).toList(), 0))
                .collect(Collectors.joining(", "));
    }
}
