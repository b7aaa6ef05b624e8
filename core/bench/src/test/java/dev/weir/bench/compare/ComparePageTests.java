// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.CompareCell;
import dev.weir.bench.report.CompareReport;
import dev.weir.bench.report.CompareRun;
import dev.weir.bench.report.CompareTable;
import dev.weir.bench.report.Copies;
import dev.weir.bench.report.CpuPerCopy;
import dev.weir.bench.report.Latency;
import dev.weir.bench.report.Observations;
import dev.weir.bench.report.RunReport;
import dev.weir.bench.report.SubscriberReport;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The tables, the page and the file of a comparison say the same.
class ComparePageTests {
    private static final CompareCell KERNEL = new CompareCell("datagram", "kernel", 2, 5, 20);
    private static final CompareCell FAILED = new CompareCell("datagram", "userspace", 2, 5, 20);

    @TempDir
    Path folder;

    /// Of a warm-up and 100 objects each: what is of the whole run has other figures than what is measured.
    private static RunReport run(long received, double p50, long duplicates) {
        long lost = 100 - received;
        var seen = new Observations(100, 100 + received, received == 80 ? Map.of("network", lost) : Map.of("network", lost, "relay_queue_full", 1L), List.of(new Observations.Quantile(0, 20_000), new Observations.Quantile(50, p50),
                new Observations.Quantile(100, 300_000)), new Observations.Stalls(4, 1, 900), List.of(50L, 48L), 30, 50);
        return new RunReport("datagram", "kernel", 2, 150,
                List.of(new SubscriberReport("10.77.1.2:4000", 40 + received, false, Map.of("network", 10 + lost), duplicates, 0, 0, List.of()),
                        new SubscriberReport("10.77.2.2:4000", 150, true, Map.of(), 0, 0, 0, List.of())),
                new Copies(150, 50), Map.of(), Map.of(), 2048, new Latency(p50, 250_000, 300_000), new CpuPerCopy(12.5, 9, 3.5), 3500,
                0, 0, "synthetic", 4, 3, "ab", Map.of(), 4000, Map.of("retransmitted.bytes", 9999L), null, seen, List.of(), List.of("The network was <slow>."));
    }

    private static CompareReport report(long duplicates) {
        return new CompareReport("./weir compare run <&>", "Linux", "2026-01-01T00:00:00Z", 3, List.of(
                new CompareRun(KERNEL, 1, run(90, 30_000, 0), null),
                new CompareRun(KERNEL, 2, run(80, 50_000, duplicates), null),
                new CompareRun(FAILED, 1, null, "No root <here>.")));
    }

    @Test
    void tableHasMediansAndTheRangeOfTheRepetitions() {
        assertThat(CompareTable.of(report(0)).lines().toList())
                .anyMatch(line -> line.startsWith("datagram  kernel") && line.contains("92.50 (90.00–95.00)")
                        && line.contains("83.33") && line.contains("40.00 (30.00–50.00)")
                        && line.endsWith("network 15 (10–20), relay_queue_full 1 (0–1)"))
                .anyMatch(line -> line.startsWith("datagram  kernel") && line.contains(" 2.0 ") && line.contains("75.0") && line.contains("12.50") && line.endsWith("20.00"))
                .anyMatch(line -> line.startsWith("datagram  userspace") && line.endsWith("failed"));
    }

    @Test
    void thePageHasTheTablesFiguresAndNeedsNothingElse() {
        String page = ComparePage.of(report(0));

        assertThat(page).contains("<td>92.50 (90.00–95.00)</td>", "<td>40.00 (30.00–50.00)</td>", "<td class=\"words\">network 15 (10–20), relay_queue_full 1 (0–1)</td>",
                "<td class=\"words\">failed</td>", "No root &lt;here&gt;.", "repetition 2: The network was &lt;slow&gt;.", "./weir compare run &lt;&amp;&gt;", "9.00 µs");
        assertThat(page).doesNotContain("http:", "https:", "<script", "@import", "url(");
        assertThat(page.split("<svg ", -1)).hasSize(4);
    }

    @Test
    void whatWasWrittenIsShownAgain() {
        Path json = folder.resolve("c.json");
        Path html = folder.resolve("c.html");
        report(0).writeTo(json);
        var out = new StringWriter();

        assertThat(CompareReport.read(json)).isEqualTo(report(0));
        assertThat(Comparison.show(json, html, new PrintWriter(out))).isEqualTo(1); // a run failed
        assertThat(out.toString()).contains(CompareTable.of(report(0)), "No root <here>.");
        assertThat(html).content().isEqualTo(ComparePage.of(report(0)));
    }

    @Test
    void somethingElseIsRefusedWithASentence() throws Exception {
        Path other = Files.writeString(folder.resolve("other.json"), "{\"runs\": 3}");

        assertThatThrownBy(() -> CompareReport.read(other)).isInstanceOf(BenchException.class).hasMessageContaining("name a file that 'compare run --json' wrote");
        assertThatThrownBy(() -> CompareReport.read(folder.resolve("none.json"))).isInstanceOf(BenchException.class);
    }

    @Test
    void objectsThatCameTwiceAreNotAsExpected() {
        assertThat(report(0).runs().get(1).problems()).isEmpty();
        assertThat(report(3).runs().get(1).problems()).containsExactly("3 objects came twice.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "datagram | network          |",
        "datagram | relay_queue_full |",
        "datagram | unexplained      | 7 objects are missing that neither the network lost nor the relay dropped.",
        "stream   | unexplained      | 7 objects are missing that neither the network lost nor the relay dropped.",
        "stream   | relay_queue_full | 7 objects are missing although streams lose nothing, by reason {relay_queue_full=7}.",
        "stream   | stream_reset_0x2 | 7 objects are missing although streams lose nothing, by reason {stream_reset_0x2=7}.",
    })
    void holesThatNothingAccountsForAreNotAsExpected(String mode, String reason, @Nullable String problem) {
        var whole = new RunReport(mode, "kernel", 1, 100,
                List.of(new SubscriberReport("10.77.1.2:4000", 93, false, Map.of(reason, 7L), 0, 0, 0, List.of())),
                new Copies(93, 0), Map.of(), Map.of(), 0, new Latency(1, 2, 3), new CpuPerCopy(1, 1, 0), 0,
                0, 0, "synthetic", 4, 3, "ab", Map.of(), 0, Map.of(), null, null, List.of("1.", "2.", "3.", "4."), List.of("5.", "6.", "7."));
        var run = new CompareRun(new CompareCell(mode, "kernel", 1, 0, 0), 1, whole, null);

        assertThat(run.problems()).isEqualTo(problem == null ? List.of() : List.of(problem));
        assertThat(run.remarks()).containsExactly("1.", "2.", "3.", "4.", "5.", "2 more are in the file of --json.");
    }
}
