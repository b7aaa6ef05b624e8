// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.CompareCell;
import dev.weir.bench.report.CompareFigure;
import dev.weir.bench.report.CompareReport;
import dev.weir.bench.report.CompareRun;
import dev.weir.bench.report.CompareTable;
import dev.weir.bench.report.RunReport;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A comparison as one HTML file that needs nothing else: no network, no script.
final class ComparePage {
    private static final String STYLE = resource("compare.css");

    private ComparePage() {}

    private static String resource(String name) {
        try (InputStream in = ComparePage.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("The resource " + name + " is missing in the jar.");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("The resource " + name + " cannot be read.", e);
        }
    }

    static void write(CompareReport report, Path file) {
        try {
            Files.writeString(file, of(report));
        } catch (IOException e) {
            throw new BenchException("Cannot write the page to " + file + " (" + e.getMessage()
                    + "); name a file in an existing folder that you may write to.", e);
        }
    }

    static String of(CompareReport report) {
        Map<CompareCell, List<RunReport>> byCell = report.byCell();
        var page = new StringBuilder("""
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>Weir: a comparison</title>
                <link rel="icon" href="data:,">
                <style>
                """).append(STYLE).append("</style>\n</head>\n<body>\n<main>\n<h1>Comparison</h1>\n");
        page.append("<p><code>").append(escape(report.command())).append("</code></p>\n<p class=\"quiet\">")
                .append(escape(report.machine() + ", " + report.began() + ", " + report.runs().size() + " of " + report.planned() + " runs"))
                .append("</p>\n");
        page.append(LEGEND);
        circumstances(byCell).forEach((name, cells) -> page.append(section(name, cells)));
        page.append(table("What subscribers saw", byCell, CompareFigure.DELIVERY, true));
        page.append(table("What it took", byCell, CompareFigure.COST, false));
        page.append(sentences(report, "Not as expected", CompareRun::problems)).append(sentences(report, "Remarks", CompareRun::remarks));
        return page.append("</main>\n</body>\n</html>\n").toString();
    }

    private static final String LEGEND = """
            <ul class="legend">
            <li><i class="key stream whole"></i>stream, kernel</li>
            <li><i class="key stream dashed"></i>stream, user space</li>
            <li><i class="key datagram whole"></i>datagram, kernel</li>
            <li><i class="key datagram dashed"></i>datagram, user space</li>
            </ul>
            """;

    /// Combinations that differ in mode and path only are drawn together.
    private static Map<String, Map<CompareCell, List<RunReport>>> circumstances(Map<CompareCell, List<RunReport>> byCell) {
        var result = new LinkedHashMap<String, Map<CompareCell, List<RunReport>>>();
        byCell.forEach((cell, runs) -> {
            if (!runs.isEmpty()) {
                result.computeIfAbsent(cell.circumstances(), _ -> new LinkedHashMap<>()).put(cell, runs);
            }
        });
        return result;
    }

    private static String section(String name, Map<CompareCell, List<RunReport>> cells) {
        return "<section>\n<h2>" + escape(name) + "</h2>\n<div class=\"charts\">\n"
                + figure("Latency: so many percent of the objects took no longer", CompareCharts.latency(cells, name))
                + figure("Delivery over time, objects per second and subscriber", CompareCharts.delivery(cells, name))
                + figure("Processor time per copy: relay process, and BPF program (lighter)", CompareCharts.cpu(cells, name))
                + "</div>\n</section>\n";
    }

    private static String figure(String caption, String svg) {
        return "<figure>\n<figcaption>" + escape(caption) + "</figcaption>\n" + svg + "</figure>\n";
    }

    private static String table(String title, Map<CompareCell, List<RunReport>> byCell, List<CompareFigure> figures, boolean missing) {
        var table = new StringBuilder("<h2>" + escape(title) + "</h2>\n<p class=\"quiet\">Medians, with the least and the greatest of the"
                + " repetitions.</p>\n<div class=\"scroll\"><table>\n<thead><tr>");
        Stream.of("MODE", "PATH", "SUBSCRIBERS", "LOSS %", "DELAY ms").forEach(heading -> table.append("<th>").append(heading).append("</th>"));
        figures.forEach(figure -> table.append("<th title=\"").append(escape(figure.meaning())).append("\">")
                .append(escape(figure.heading())).append("</th>"));
        table.append(missing ? "<th class=\"words\">MISSING BY REASON</th></tr></thead>\n<tbody>\n" : "</tr></thead>\n<tbody>\n");
        byCell.forEach((cell, runs) -> {
            table.append("<tr>");
            Stream.of(cell.mode(), cell.path(), String.valueOf(cell.subscribers()), cell.loss(), String.valueOf(cell.delayMs()))
                    .forEach(word -> table.append("<td>").append(escape(word)).append("</td>"));
            figures.forEach(figure -> table.append("<td>").append(escape(figure.text(runs))).append("</td>"));
            table.append(missing ? "<td class=\"words\">" + escape(runs.isEmpty() ? "failed" : CompareTable.missing(runs)) + "</td></tr>\n" : "</tr>\n");
        });
        return table.append("</tbody></table></div>\n").toString();
    }

    private static String sentences(CompareReport report, String title, Function<CompareRun, List<String>> of) {
        List<CompareRun> runs = report.runs().stream().filter(run -> !of.apply(run).isEmpty()).toList();
        return runs.isEmpty() ? "" : runs.stream()
                .map(run -> "<li>" + escape(run.name() + ": " + String.join(" ", of.apply(run))) + "</li>\n")
                .collect(Collectors.joining("", "<h2>" + title + "</h2>\n<ul>\n", "</ul>\n"));
    }

    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\"", "&quot;");
    }
}
