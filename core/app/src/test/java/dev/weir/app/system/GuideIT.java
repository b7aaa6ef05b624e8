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

/// Does what the guide for policies asks of a newcomer: every command of it, in its order, in a fresh copy of the sources.
@RequiresRoot
@RequiresBpf
class GuideIT {
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
    void stop() throws IOException {
        running.reversed().forEach(WeirProcess::close);
        machine.close();
        OutsideTree.removeLinks(repository);
    }

    @Test
    @Timeout(600)
    void everyCommandDoesWhatTheGuideSays() throws IOException {
        Guide guide = Guide.read(clone.resolve("docs/guides/write-a-policy.md"));
        assertThat(guide.commands()).hasSizeGreaterThan(8);
        long began = System.nanoTime();
        for (Guide.Command command : guide.commands()) {
            String until = command.until();
            if (until == null) {
                check(command, CommandResult.run(PATIENCE, shell(command.text())));
            } else {
                WeirProcess process = WeirProcess.run(shell("exec " + command.text()));
                running.add(process);
                process.awaitLine(until);
            }
        }
        System.out.println("the guide for policies took " + (System.nanoTime() - began) / 1_000_000_000 + " s");
    }

    private void check(Guide.Command command, CommandResult result) {
        String output = result.output() + result.errors() + "\nin the other terminals: " + running;
        assertThat(result.exitCode() != 0).as("failure of\n%s\n%s", command.text(), output).isEqualTo(command.fails());
        if (command.prints() != null) {
            assertThat(output).as(command.text()).containsPattern(command.prints());
        }
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
