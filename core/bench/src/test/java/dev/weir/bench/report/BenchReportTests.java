// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.bench.BenchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchReportTests {
    private static final RunReport RUN = new RunReport("stream", "kernel", 2, 300,
            List.of(new SubscriberReport("10.77.1.2:4000", 300, true, Map.of(), 0, 0, 0, List.of()),
                    new SubscriberReport("[fd77::2]:4001", 298, false, Map.of("sink", 2L), 0, 2, 0, List.of("fragment 7"))),
            new Copies(990, 10), Map.of("congestion", 10L), Map.of(), 0, new Latency(120, 340, 560.5),
            new CpuPerCopy(6, 2.5, 3.5), 3500.25, 0, 0, "video", 10, 0, "ab", Map.of(), 12_000, Map.of("copies.kernel", 990L),
            new NetworkReport(3, new NetworkReport.Link(5, 1, 1000, 50), new NetworkReport.Link(0, 1, 300, 0)), null, List.of(),
            List.of("Something."));

    @Test
    void namesAreTheStableOnes() {
        JsonNode run = new JsonMapper().readTree(new BenchReport(List.of(RUN)).toJson()).path("runs").path(0);

        assertThat(run.path("mode").asString()).isEqualTo("stream");
        assertThat(run.path("path").asString()).isEqualTo("kernel");
        assertThat(run.path("subscribers").asInt()).isEqualTo(2);
        assertThat(run.path("objects_published").asInt()).isEqualTo(300);
        assertThat(run.path("network").path("to_subscribers").path("lost").asInt()).isEqualTo(50);
        JsonNode subscriber = run.path("per_subscriber").path(1);
        assertThat(subscriber.path("address").asString()).isEqualTo("[fd77::2]:4001");
        assertThat(subscriber.path("objects_received").asInt()).isEqualTo(298);
        assertThat(subscriber.path("sha256_equal").asBoolean(true)).isFalse();
        assertThat(subscriber.path("missing").path("sink").asInt()).isEqualTo(2);
        assertThat(run.path("copies").path("kernel").asInt()).isEqualTo(990);
        assertThat(run.path("copies").path("userspace").asInt()).isEqualTo(10);
        assertThat(run.path("deferred").path("congestion").asInt()).isEqualTo(10);
        assertThat(run.path("dropped").isObject()).isTrue();
        assertThat(run.path("latency_us").path("p50").asDouble()).isEqualTo(120);
        assertThat(run.path("latency_us").path("p99").asDouble()).isEqualTo(340);
        assertThat(run.path("latency_us").path("p999").asDouble()).isEqualTo(560.5);
        assertThat(run.path("cpu_us_per_copy").path("total").asDouble()).isEqualTo(6);
        assertThat(run.path("cpu_us_per_copy").path("relay").asDouble()).isEqualTo(2.5);
        assertThat(run.path("cpu_us_per_copy").path("softirq").asDouble()).isEqualTo(3.5);
        assertThat(run.path("bpf_ns_per_copy").asDouble()).isEqualTo(3500.25);
        assertThat(run.path("tag_failures").asInt(-1)).isZero();
        assertThat(run.path("protocol_violations").asInt(-1)).isZero();
    }

    @Test
    void jsonGivesTheReportBack() {
        var report = new BenchReport(List.of(RUN));

        assertThat(BenchReport.ofJson(report.toJson())).isEqualTo(report);
    }

    @Test
    void aFileThatCannotBeWrittenIsASentence(@TempDir Path folder) throws Exception {
        BenchReport.requireWritable(folder.resolve("new.json"));
        BenchReport.requireWritable(Files.createFile(folder.resolve("old.json")));
        assertThatThrownBy(() -> BenchReport.requireWritable(folder.resolve("no/such/folder.json")))
                .isInstanceOf(BenchException.class).hasMessageContaining("existing folder");
        assertThatThrownBy(() -> BenchReport.requireWritable(folder)).isInstanceOf(BenchException.class);
    }

    @Test
    void theTableHasEveryFigure() {
        String table = ReportTable.of(RUN);

        assertThat(table).contains("STREAM, made by the kernel: 2 subscribers, 10 s of video", "10.77.1.2:4000", "equal", "differs",
                "sink 2", "fragment 7", "990 by the kernel, 10 by user space (99.00 % kernel)", "congestion 10",
                "p50 120 µs, p99 340 µs", "6.00 µs = relay process 2.50 + softirq 3.50", "3500 ns", "Note: Something.");
        assertThat(ReportTable.comparison(List.of(RUN, RUN)).lines()).hasSize(3).allMatch(line -> line.equals(line.stripTrailing()));
    }

    @Test
    void statisticsAreTakenApartByPrefix() {
        RelayStatistics before = RelayStatistics.ofJson("{\"copies.kernel\":5,\"dropped.policy\":1,\"gone\":1}");
        RelayStatistics after = RelayStatistics.ofJson("{\"copies.kernel\":9,\"dropped.policy\":1,\"dropped.queue_full\":3}");

        RelayStatistics grown = after.since(before);

        assertThat(grown.get("copies.kernel")).isEqualTo(4);
        assertThat(grown.get("never heard of")).isZero();
        assertThat(grown.under("dropped.")).isEqualTo(Map.of("queue_full", 3L));
    }

    @Test
    void processorTimeIsReadBehindTheName() {
        String process = "42 (a ) b) S 1 42 42 0 -1 4194304 1 2 3 4 150 50 7 8 20 0 1 0 100 0 0";
        String machine = "cpu  10 20 30 40 50 60 70 0 0 0\ncpu0 1 2 3 4 5 6 7 0 0 0\n";

        assertThat(CpuTimes.parse(process, machine)).isEqualTo(new CpuTimes(2_000_000, 700_000));
        assertThat(CpuTimes.of(ProcessHandle.current().pid()).processMicros()).isPositive();
    }

    @Test
    void costPerCopyIsTheSumOfItsParts() {
        CpuPerCopy cost = CpuPerCopy.of(3_000, 4_000_000, 1_000);

        assertThat(cost).isEqualTo(new CpuPerCopy(7, 3, 4));
        assertThat(CpuPerCopy.of(3_000, 4_000_000, 0)).isEqualTo(new CpuPerCopy(0, 0, 0));
    }
}
