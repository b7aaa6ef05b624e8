// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.web.Browser;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./weir compare`: a grid with loss and delay, and what is left of one that is interrupted.
@RequiresRoot
@RequiresBpf
class CompareIT {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final String NAMESPACES = "weir-compare";
    private static final String ROW = "[...document.querySelectorAll('table')[%d].querySelectorAll('tbody tr')].map(r => "
            + "[...r.children].map(c => c.textContent))";

    @TempDir
    Path folder;

    private Path json;
    private Path html;

    @BeforeEach
    void names() {
        json = folder.resolve("comparison.json");
        html = folder.resolve("comparison.html");
    }

    private List<String> command(String... options) {
        var command = new ArrayList<>(List.of(Launcher.script(), "compare", "run"));
        command.addAll(List.of(options));
        command.addAll(List.of("--json", json.toString(), "--html", html.toString()));
        return command;
    }

    @Test
    void aGridEndsWithAPageWhoseFiguresAreThoseOfTheFile() throws Exception {
        CommandResult result = CommandResult.run(LIMIT, command("--modes", "stream,datagram", "--paths", "kernel,userspace",
                "--subscribers", "2", "--loss", "5", "--delay", "10", "--rate", "100", "--seconds", "2"));
        assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();

        JsonNode runs = new JsonMapper().readTree(json.toFile()).path("runs");
        assertThat(runs.size()).isEqualTo(4);
        runs.forEach(CompareIT::assertMeasured);
        assertThat(result.output()).contains("Run 4 of 4, about 0:", "./weir compare run --modes stream,datagram");
        try (Browser browser = Browser.start(Files.createDirectories(folder.resolve("profile")))) {
            browser.open(html.toUri().toString());
            JsonNode delivery = browser.evaluate(ROW.formatted(0));
            JsonNode cost = browser.evaluate(ROW.formatted(1));
            for (int i = 0; i < runs.size(); i++) {
                List<JsonNode> one = List.of(runs.path(i).path("run"));
                assertThat(texts(delivery.path(i))).isEqualTo(CompareColumns.delivery(one, "5", "10"));
                assertThat(texts(cost.path(i))).isEqualTo(CompareColumns.cost(one, "5", "10"));
                assertThat(rows(result)).contains(CompareColumns.delivery(one, "5", "10"), CompareColumns.cost(one, "5", "10"));
            }
            assertThat(browser.evaluate("document.querySelectorAll('svg').length").asInt()).isEqualTo(3);
            assertThat(browser.complaints()).isEmpty();
            assertThat(browser.urls()).allMatch(url -> url.startsWith("file:") || url.startsWith("data:"));
        }
        assertNothingIsLeft();
    }

    private static void assertMeasured(JsonNode each) {
        JsonNode run = each.path("run");
        String what = run.path("mode").asString() + " " + run.path("path").asString();
        assertThat(each.path("cell").path("loss_percent").asDouble()).isEqualTo(5);
        boolean kernel = run.path("path").asString().equals("kernel");
        assertThat(run.path("copies").path("kernel").asLong() > 0).as(what).isEqualTo(kernel);
        assertThat(run.path("network").path("to_subscribers").path("lost").asLong()).as(what).isPositive();
        assertThat(run.path("latency_us").path("p50").asDouble()).as(what).isGreaterThan(10_000);
        assertThat(run.path("relay_statistics").path("audit.imbalance").asLong(0)).as(what).isZero();
        JsonNode seen = run.path("observations");
        long slots = 0;
        for (JsonNode slot : seen.path("objects_per_slot")) {
            slots += slot.asLong();
        }
        assertThat(slots).as(what).isPositive().isEqualTo(seen.path("objects_received").asLong()).isLessThan(received(run));
        // 100 a second for two seconds; three are warm-up.
        assertThat(seen.path("objects_published").asLong()).as(what).isEqualTo(200);
        assertThat(run.path("objects_published").asLong()).as(what).isEqualTo(500);
        if (run.path("mode").asString().equals("stream")) {
            assertThat(received(run)).isEqualTo(2 * run.path("objects_published").asLong());
        } else {
            assertThat(run.path("per_subscriber").findValues("network")).isNotEmpty();
        }
    }

    private static long received(JsonNode run) {
        return run.path("per_subscriber").findValues("objects_received").stream().mapToLong(JsonNode::asLong).sum();
    }

    private static List<String> texts(JsonNode row) {
        return row.valueStream().map(JsonNode::asString).toList();
    }

    private static List<List<String>> rows(CommandResult result) {
        return result.output().lines().map(line -> List.of(line.strip().split(" {2,}"))).toList();
    }

    @Test
    void aVideoOfOnesOwnIsMeasuredInFrames() throws Exception {
        Path video = folder.resolve("talk.mp4");
        CommandResult.of("ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-t", "4", video.toString()).orThrow();

        CommandResult result = CommandResult.run(LIMIT, command("--modes", "datagram", "--paths", "kernel", "--subscribers", "1",
                "--media", video.toString(), "--seconds", "1", "--repetitions", "2"));
        assertThat(result.exitCode()).as(result.output() + result.errors()).isZero();

        assertThat(result.output()).contains("Run 1 of 2, about 0:08 min left", "--media talk.mp4");
        List<JsonNode> runs = new JsonMapper().readTree(json.toFile()).path("runs").valueStream().map(each -> each.path("run")).toList();
        assertThat(runs).hasSize(2).allSatisfy(run -> {
            assertThat(run.path("content").asString()).isEqualTo("video by layer");
            assertThat(run.path("observations").path("frames_published").asLong()).isEqualTo(30);
            assertThat(run.path("observations").path("frames_decodable").asLong()).isEqualTo(30);
        });
        assertThat(rows(result)).contains(CompareColumns.delivery(runs, "0", "0"), CompareColumns.cost(runs, "0", "0"));
        assertThat(CompareColumns.delivery(runs, "0", "0").subList(5, 7)).containsExactly("100.00", "100.00");
        assertNothingIsLeft();
    }

    private static void assertNothingIsLeft() {
        assertThat(CommandResult.of("ip", "netns", "list").orThrow().output()).doesNotContain(NAMESPACES);
    }

    @Test
    void anInterruptionKeepsWhatIsFinished() throws Exception {
        try (WeirProcess compare = WeirProcess.run(command("--modes", "datagram", "--paths", "userspace", "--subscribers", "1",
                "--seconds", "1", "--repetitions", "50"))) {
            compare.awaitLine("Run 2 of 50");
            compare.signal("INT");
            assertThat(compare.exitCode()).as(compare.toString()).isEqualTo(1);
            assertThat(compare.lines()).contains("Interrupted: 1 of 50 runs are finished and kept in " + json + ".");
        }
        JsonNode report = new JsonMapper().readTree(json.toFile());
        assertThat(report.path("runs").size()).isEqualTo(1);
        JsonNode run = report.path("runs").path(0).path("run");
        assertThat(run.path("content").asString()).as("the test picture, if nothing else is asked for").isEqualTo("video by layer");
        assertThat(run.path("observations").path("frames_decodable").asLong()).isPositive();
        assertThat(report.path("planned").asInt()).isEqualTo(50);
        assertThat(html).content().contains("1 of 50 runs").endsWith("</html>\n");
        CommandResult shown = CommandResult.of(Launcher.script(), "compare", "show", json.toString());
        assertThat(shown.output()).contains("datagram  userspace");
        assertNothingIsLeft();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "--modes=video | --modes takes datagram and stream, separated by commas, not 'video'.",
        "--loss=91 | --loss takes 0 to 90 percent, not 91.",
        "--subscribers=many | --subscribers",
    })
    void badArgumentsAreASentence(String option, String sentence) {
        CommandResult result = CommandResult.of(Launcher.script(), "compare", "run", option);
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).contains(sentence);
    }
}
