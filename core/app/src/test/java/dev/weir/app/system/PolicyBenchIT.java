// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `bench policy` in short: behind a narrow link, congestion-priority leaves more decodable frames than dropping as many at random
/// and than dropping none; and the cost of decisions is measured for every form.
@RequiresRoot
@RequiresBpf
class PolicyBenchIT {
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    Path directory;

    private JsonNode bench(String... options) {
        Path json = directory.resolve("policy.json");
        var command = new ArrayList<>(List.of(Launcher.script(), "bench", "policy", "--json", json.toString()));
        command.addAll(List.of(options));
        CommandResult.run(Duration.ofSeconds(240), command).orThrow();
        return JSON.readTree(json.toFile());
    }

    private static long decodable(JsonNode run) {
        return run.path("decodable_frames").values().stream().mapToLong(JsonNode::asLong).sum();
    }

    @Test
    void congestionPriorityWinsAndEveryFormOfAPolicyIsMeasured() {
        JsonNode report = bench("--bottleneck", "60", "--seconds", "8", "--rounds", "2");

        List<JsonNode> runs = List.copyOf(report.path("runs").values());
        assertThat(runs).extracting(run -> run.path("mode").asString() + " " + run.path("policy").asString()).containsExactly(
                "stream none", "stream congestion-priority", "stream random",
                "datagram none", "datagram congestion-priority", "datagram random");
        assertWins(runs.subList(0, 3));
        assertWins(runs.subList(3, 6));
        assertThat(report.path("decisions").values()).extracting(form -> form.path("form").asString())
                .containsExactly("none", "tables", "program", "program");
        assertThat(report.path("decisions").values()).allSatisfy(form ->
                assertThat(form.path("ns_per_copy").values()).hasSize(2).allSatisfy(ns -> assertThat(ns.asDouble()).isPositive()));
    }

    /// @param runs without a policy, with congestion-priority, at random
    private static void assertWins(List<JsonNode> runs) {
        JsonNode policy = runs.get(1);
        assertThat(policy.path("form").asString()).isEqualTo("program");
        assertThat(policy.path("dropped_by_policy").path("congestion").asLong()).isPositive();
        assertThat(decodable(policy)).as("%s", runs)
                .isGreaterThan(decodable(runs.get(0)) * 3 / 2)
                .isGreaterThan(decodable(runs.get(2)) * 3 / 2);
    }
}
