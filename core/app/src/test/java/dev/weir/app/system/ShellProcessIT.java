// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.control.ControlClient;
import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// `./weir shell` and commands without a prompt, each a process of its own beside the relay's: scripts, exit codes, a terminal.
@RequiresRoot
class ShellProcessIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final JsonMapper JSON = new JsonMapper();

    @TempDir
    static Path folder;

    private static NetworkNamespace namespace;
    private static WeirProcess relay;

    @BeforeAll
    static void startRelay() throws IOException {
        namespace = NetworkNamespace.create("wt5-shell");
        namespace.exec("ip", "link", "set", "lo", "up").orThrow();
        var command = new ArrayList<>(environment());
        command.addAll(List.of(Launcher.script(), "serve", "--listen", "127.0.0.1:4433", "--path", "userspace"));
        relay = WeirProcess.run(command);
        relay.awaitLine("ready ");
    }

    @AfterAll
    static void stopRelay() {
        relay.close();
        namespace.close();
    }

    /// In the relay's namespace; its control socket is the only one in the user's runtime folder.
    private static List<String> environment() {
        var command = new ArrayList<>(namespace.commandLine());
        command.addAll(List.of("env", "LC_ALL=C.UTF-8", "XDG_RUNTIME_DIR=" + folder, "XDG_STATE_HOME=" + folder, "WEIR_SKIP_BUILD=1", "WEIR_BRIEF=1"));
        return command;
    }

    private static CommandResult run(String... words) {
        return runBehind("exec \"$0\" \"$@\"", words);
    }

    /// @param line of bash, which has the launcher as `$0` and the words as `$@`
    private static CommandResult runBehind(String line, String... words) {
        var command = new ArrayList<>(environment());
        command.addAll(List.of("bash", "-c", line, Launcher.script()));
        command.addAll(Arrays.asList(words));
        return CommandResult.run(LIMIT, command);
    }

    private static Path script(String... lines) throws IOException {
        return Files.write(folder.resolve("evening.weir"), List.of(lines));
    }

    @Test
    void oneCommandFindsTheOnlyRelayAndAnswersInJson() {
        CommandResult result = run("relay", "status", "--output", "json");

        assertThat(result.exitCode()).as("%s", result).isZero();
        JsonNode answer = JSON.readTree(result.output());
        assertThat(answer.path("address").asString()).isEqualTo("127.0.0.1:4433");
    }

    @Test
    void aFileOfCommandsEndsAtItsFirstError() throws Exception {
        CommandResult good = run("shell", "--script", script("# what goes on", "relay status", "mode set userspace", "", "mode show").toString());
        assertThat(good.exitCode()).as("%s", good).isZero();
        assertThat(good.output()).contains("127.0.0.1:4433", "the mode of all tracks is userspace", "mode of the relay: userspace");

        CommandResult bad = run("shell", "--script", script("mode set auto", "track show no/such", "mode set userspace").toString());
        assertThat(bad.exitCode()).as("%s", bad).isEqualTo(1);
        assertThat(bad.errors()).contains("evening.weir line 2: There is no track 'no/such'; 'track list' lists them.");
        assertThat(bad.output()).contains("is auto").doesNotContain("is userspace");
    }

    @Test
    void commandsComeFromStandardInputToo() {
        CommandResult result = runBehind("printf 'class list\\nfly\\nclass list\\n' | \"$0\" \"$@\"", "shell", "--script", "-");

        assertThat(result.exitCode()).as("%s", result).isEqualTo(2);
        assertThat(result.output()).isEqualTo("default\n");
        assertThat(result.errors()).contains("standard input line 2: There is no command 'fly'; 'help' lists them.");
    }

    @Test
    void whatIsMissingIsSaid() {
        CommandResult noFile = run("shell", "--script", folder.resolve("none.weir").toString());
        assertThat(noFile.exitCode()).isEqualTo(1);
        assertThat(noFile.errors()).contains("The script " + folder.resolve("none.weir") + " cannot be read").contains("name a text file");
        CommandResult noTerminal = run("shell");
        assertThat(noTerminal.exitCode()).isEqualTo(2);
        assertThat(noTerminal.errors()).contains("The prompt needs a terminal; run commands from a file with --script FILE");
    }

    /// The lines before and after show that the script goes on with its own lines: the other process does not read them.
    @Test
    @RequiresBpf
    void networksAndComparisonsRunInProcessesOfTheirOwn() {
        Path json = folder.resolve("comparison.json");
        CommandResult result = runBehind("printf '%s\\n' \"$@\" | \"$0\" shell --script -",
                "impair --device lo --loss 1 --seconds 1 --output json",
                "compare run --modes datagram --paths userspace --subscribers 1 --rate 50 --size 200 --seconds 1 --json " + json,
                "compare show " + json + " --output json",
                "class list",
                "impair --device none0");

        assertThat(result.exitCode()).as("that of the last line: %s", result).isEqualTo(1);
        assertThat(result.output()).contains("impairing lo", "\"seen\" : ").endsWith("default\n");
        assertThat(json).exists();
        assertThat(result.output()).contains(JSON.readTree(json.toFile()).path("began").asString());
        assertThat(result.errors()).contains("There is no device none0", "standard input line 5: the command failed.");
    }

    @Test
    void aPromptOfItsOwnLeavesTheRelayAlone() {
        var command = new ArrayList<>(environment());
        command.addAll(List.of(Launcher.script(), "shell"));
        try (Tmux terminal = Tmux.open(command)) {
            terminal.await("weir 4433>");
            terminal.type("publisher li", "Tab", "Enter");
            terminal.await("No publisher is connected.");
            terminal.type("C-d");
            terminal.await("over 0");
        }
        assertThat(ControlClient.call(folder.resolve("weir").resolve("4433.sock"), "relay status", Map.of()).has("pid")).as("the relay goes on").isTrue();
    }
}
