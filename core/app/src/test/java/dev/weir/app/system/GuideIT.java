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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Does what the guides ask of a newcomer, in a fresh copy of the sources: every command of the one for policies in its order, and then
/// the distribution, which is made of what has been built.
@RequiresRoot
@RequiresBpf
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class GuideIT {
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @TempDir
    static Path directory;

    private static NetworkNamespace machine;
    private static Path clone;
    private static Path repository;

    private final List<WeirProcess> running = new ArrayList<>();

    @BeforeAll
    static void copyTheSources() throws IOException {
        machine = NetworkNamespace.create("wt8-guide");
        clone = directory.resolve("weir");
        OutsideTree.copySources(OutsideTree.ROOT, clone);
        repository = OutsideTree.repositoryWithoutWeir(directory.resolve("repository"));
    }

    @AfterEach
    void stop() {
        running.reversed().forEach(WeirProcess::close);
    }

    @AfterAll
    static void clean() throws IOException {
        machine.close();
        OutsideTree.removeLinks(repository);
    }

    @Test
    @Order(1)
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

    @Test
    @Order(2)
    @Timeout(600)
    void theDistributionIsMade() {
        CommandResult made = CommandResult.run(PATIENCE, shell("./weir package"));
        assertThat(made.exitCode()).as("%s", made).isZero();
        assertThat(made.errors()).containsPattern("Made weir-.*\\.tar\\.gz, [1-9]\\d* MB");

        String unpacked = "tar -xzf " + made.output().strip() + " --one-top-level=" + directory.resolve("unpacked") + " --strip-components=1";
        CommandResult version = CommandResult.run(PATIENCE, shell(unpacked + " && " + directory.resolve("unpacked/weir") + " --version"));

        assertThat(version.exitCode()).as("%s", version).isZero();
        assertThat(version.output()).startsWith("weir ");
    }

    private void check(Guide.Command command, CommandResult result) {
        String output = result.output() + result.errors() + "\nin the other terminals: " + running;
        assertThat(result.exitCode() != 0).as("failure of\n%s\n%s", command.text(), output).isEqualTo(command.fails());
        if (command.prints() != null) {
            assertThat(output).as(command.text()).containsPattern(command.prints());
        }
    }

    /// A shell of the newcomer's: in the clone, with a Maven repository that has nothing of Weir yet.
    private static List<String> shell(String commands) {
        return machine.commandLine(
                "env", "-C", clone.toString(), "-u", "WEIR_SKIP_BUILD", "CI=true",
                "JAVA_HOME=" + System.getProperty("java.home"),
                "XDG_RUNTIME_DIR=" + directory,
                "MAVEN_ARGS=-Dmaven.repo.local=" + repository,
                "bash", "-euo", "pipefail", "-c", commands);
    }
}
