// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Does what the guide for policies asks of a newcomer: every command of it, in its order, in a fresh copy of the sources.
@RequiresRoot
@RequiresBpf
class GuideIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @TempDir
    static Path directory;

    private final List<WeirProcess> running = new ArrayList<>();
    private NetworkNamespace machine;
    private Path clone;
    private Path repository;

    @BeforeEach
    void copyTheSources() throws IOException {
        machine = NetworkNamespace.create("wt8-guide");
        clone = directory.resolve("weir");
        OutsideTree.copySources(OutsideTree.ROOT, clone);
        repository = OutsideTree.repositoryWithoutWeir(directory.resolve("repository"));
    }

    @AfterEach
    void stop() {
        running.reversed().forEach(WeirProcess::close);
        machine.close();
    }

    @Test
    @Timeout(600)
    void everyCommandDoesWhatTheGuideSays() throws IOException {
        Guide guide = Guide.read(clone.resolve("docs/guides/write-a-policy.md"));
        assertThat(guide.commands()).hasSizeGreaterThan(8);
        int statistics = 0;
        for (Guide.Command command : guide.commands()) {
            if (command.until() != null) {
                WeirProcess process = WeirProcess.run(shell("exec " + command.text()));
                running.add(process);
                process.awaitLine(command.until());
                continue;
            }
            check(command, CommandResult.run(PATIENCE, shell(command.text())));
            if (command.text().contains("policy stats")) {
                statistics++;
                checkThatTheKernelDropped();
            }
        }
        assertThat(statistics).isEqualTo(2);
    }

    private static void check(Guide.Command command, CommandResult result) {
        String output = result.output() + result.errors();
        if (command.fails()) {
            assertThat(result.exitCode()).as(output).isNotZero();
            assertThat(output).contains("The policy does not conform");
        } else {
            assertThat(result.exitCode()).as(command.text() + "\n" + output).isZero();
        }
        if (command.text().contains("policy list")) {
            assertThat(output.lines()).anySatisfy(line -> assertThat(line).contains("my-policy", "in-force", "program"));
        }
    }

    private void checkThatTheKernelDropped() {
        String output = CommandResult.run(PATIENCE, shell("./weir policy stats --output json")).orThrow().output();
        JsonNode statistics = JSON.readTree(output).path(0);
        assertThat(statistics.path("policy").asString()).as(output).isEqualTo("my-policy");
        assertThat(statistics.path("dropped_by_kernel").path("unimportant").asLong()).as(output).isPositive();
        assertThat(statistics.path("forwarded_by_kernel").asLong()).as(output).isPositive();
    }

    /// A shell of the newcomer's: in the clone, with a Maven repository that has nothing of Weir yet.
    private List<String> shell(String commands) {
        return machine.commandLine(
                "env", "-C", clone.toString(), "-u", "WEIR_SKIP_BUILD", "CI=true",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "XDG_RUNTIME_DIR=" + directory,
                "MAVEN_ARGS=-Dmaven.repo.local=" + repository,
                "bash", "-euo", "pipefail", "-c", commands);
    }
}
