// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.jar.JarFile;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A policy from outside: the template is copied out of this tree, built against the published artifacts alone, dropped into
/// the folder of a running relay, and decides in its kernel.
@RequiresRoot
@RequiresBpf
class TemplateIT {
    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration BUILD_LIMIT = Duration.ofMinutes(5);
    /// A jar in the folder counts within two seconds; asking takes as long as a command takes to start.
    private static final Duration LOAD_LIMIT = Duration.ofSeconds(20);
    private static final String RELAY = "127.0.0.1:4433";

    @TempDir
    static Path directory;

    private static NetworkNamespace machine;
    private static Path repository;
    private static CommandResult built;
    private static Path jar;

    @BeforeAll
    static void build() throws IOException {
        machine = NetworkNamespace.create("wt8-template");
        Path copy = directory.resolve("my-policy");
        OutsideTree.copySources(OutsideTree.ROOT.resolve("policy-examples/template"), copy);
        repository = OutsideTree.repositoryWithoutWeir(directory.resolve("repository"));
        OutsideTree.publish(repository);
        built = CommandResult.run(BUILD_LIMIT, List.of(
                "env", "CI=true", "JAVA_HOME=" + System.getProperty("java.home"),
                OutsideTree.ROOT.resolve("mvnw").toString(), "--batch-mode", "--offline",
                "-Dmaven.repo.local=" + repository, "--file", copy.resolve("pom.xml").toString(), "package"));
        jar = copy.resolve("target/my-policy-1.0.0.jar");
    }

    @AfterAll
    static void clean() throws IOException {
        machine.close();
        OutsideTree.removeLinks(repository);
    }

    @Test
    void buildsAgainstPublishedArtifactsAlone() throws IOException {
        assertThat(built.exitCode()).as("%s", built).isZero();
        assertThat(built.output()).contains("MyPolicyTests").containsPattern("Tests run: 2, Failures: 0, Errors: 0, Skipped: 0");
        try (var file = new JarFile(jar.toFile())) {
            assertThat(file.stream().map(entry -> entry.getName()))
                    .contains("bpf/my_policy.bpf.o", "META-INF/services/dev.weir.spi.FanoutPolicyProvider")
                    .noneMatch(name -> name.startsWith("dev/") || name.startsWith("org/") || name.startsWith("include/"));
        }
    }

    @Test
    void decidesInTheKernelOfARelayThatRunsAlready() throws Exception {
        Path plugins = Files.createDirectories(directory.resolve("plugins"));
        try (WeirProcess _ = relay(plugins); WeirProcess publisher = publisher()) {
            JsonNode before = subscribe();
            Files.copy(jar, plugins.resolve("my-policy.jar"));
            await().atMost(LOAD_LIMIT).untilAsserted(
                    () -> assertThat(weir("policy", "list", "--output", "json").output()).contains("\"my-policy\"", "available"));

            weir("policy", "apply", "my-policy", "--tracks", "weir/demo/*").orThrow();
            JsonNode after = subscribe();
            JsonNode statistics = JSON.readTree(weir("policy", "stats", "--output", "json").orThrow().output())
                    .path("statistics").path(0);

            assertThat(frames(before, 2)).as("%s", before).isPositive();
            assertThat(frames(after, 1)).as("%s", after).isPositive();
            assertThat(frames(after, 2)).as("%s", after).isZero();
            assertThat(statistics.path("policy").asString()).as("%s", statistics).isEqualTo("my-policy");
            assertThat(statistics.path("droppedByKernel").path("unimportant").asLong()).as("%s", statistics).isPositive();
            assertThat(statistics.path("forwardedByKernel").asLong()).as("%s", statistics).isPositive();
            publisher.signal("TERM");
        }
    }

    private static long frames(JsonNode subscriber, int layer) {
        return subscriber.path("layers").path("per_layer").path(layer).path("frames").asLong();
    }

    private static WeirProcess relay(Path plugins) throws IOException {
        WeirProcess relay = WeirProcess.run(
                command("serve", "--path", "kernel", "--listen", RELAY, "--plugins", plugins.toString()));
        relay.awaitLine("ready ");
        return relay;
    }

    private static WeirProcess publisher() throws IOException {
        WeirProcess publisher = WeirProcess.run(command("publish", "--relay", RELAY, "--insecure", "--mode", "datagram",
                "--subgroups", "by-layer", "--seconds", "120"));
        publisher.awaitLine("Announced ");
        return publisher;
    }

    private static JsonNode subscribe() {
        Path json = directory.resolve("subscriber.json");
        CommandResult.run(BUILD_LIMIT, command(
                "subscribe", "--relay", RELAY, "--insecure", "--seconds", "4", "--json", json.toString())).orThrow();
        return JSON.readTree(json.toFile()).path("subscribers").path(0);
    }

    private static CommandResult weir(String... arguments) {
        return CommandResult.run(LOAD_LIMIT, command(arguments));
    }

    /// A command on the machine of the test, where the relay's control socket lies in the test's own folder.
    private static List<String> command(String... arguments) {
        List<String> command = machine.commandLine("env", "XDG_RUNTIME_DIR=" + directory, Launcher.script());
        command.addAll(List.of(arguments));
        return command;
    }
}
