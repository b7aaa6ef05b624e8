// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What `./weir demo --json` wrote about a run that it called a success.
///
/// @param runs one entry per delivery mode
record DemoReport(List<JsonNode> runs) {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final double KERNEL_SHARE = 0.95;

    /// Runs the demo to its end.
    ///
    /// @param json the file for `--json`
    /// @param options further options
    static DemoReport of(Path json, String... options) {
        var command = new ArrayList<>(List.of(Launcher.script(), "demo", "--json", json.toString()));
        command.addAll(List.of(options));
        CommandResult result = CommandResult.run(LIMIT, command);
        assertThat(result.exitCode()).as("%s", result).isZero();
        return new DemoReport(List.copyOf(JSON.readTree(json.toFile()).path("runs").values()));
    }

    /// Every subscriber has every object, unchanged; no packet's tag failed and nobody violated the protocol.
    void assertComplete(int subscribers) {
        for (JsonNode run : runs) {
            assertThat(run.path("objects_published").asLong()).as("%s", run).isPositive();
            assertThat(run.path("per_subscriber").values()).hasSize(subscribers).allSatisfy(subscriber -> {
                assertThat(subscriber.path("objects_received").asLong()).as("%s", run).isEqualTo(run.path("objects_published").asLong());
                assertThat(subscriber.path("sha256_equal").asBoolean()).as("%s", subscriber).isTrue();
            });
            assertThat(run.path("tag_failures").asLong(-1)).as("%s", run).isZero();
            assertThat(run.path("protocol_violations").asLong(-1)).as("%s", run).isZero();
        }
    }

    /// At least 95 % of the copies were made by the kernel.
    void assertMadeByKernel() {
        for (JsonNode run : runs) {
            double kernel = run.path("copies").path("kernel").asDouble();
            double all = kernel + run.path("copies").path("userspace").asDouble();
            assertThat(kernel / all).as("%s", run).isGreaterThanOrEqualTo(KERNEL_SHARE);
        }
    }
}
