// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.fault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The short form of `./weir soak`: its ledger is zero but for what is known to be open.
@RequiresRoot
@RequiresBpf
class SoakIT {
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    @Test
    void aMixOfFaultsLeavesTheLedgerAtZero() {
        Path json = folder.resolve("ledger.json");
        CommandResult soak = CommandResult.run(LIMIT, List.of(System.getProperty("weir.launcher"), "soak", "--seconds", "15",
                "--seed", "4", "--subscribers", "3", "--path", "kernel", "--json", json.toString()));
        System.out.println(soak.output());
        JsonNode ledger = new JsonMapper().readTree(json.toFile());
        assertThat(ledger.path("faults").size()).isPositive();
        ledger.path("faults").properties().forEach(fault ->
                assertThat(fault.getValue().asLong(-1)).as("%s%n%s", fault.getKey(), soak.output()).isZero());
        assertThat(ledger.path("facts").path("STREAM objects published").asLong()).isPositive();
        assertThat(ledger.path("facts").path("visitors").asLong()).isPositive();
    }
}
