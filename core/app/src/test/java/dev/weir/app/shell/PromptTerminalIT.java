// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The prompt that comes with `serve --shell`, at a real terminal (tmux): completion, colours, help, history, `top`, the end.
@RequiresRoot
class PromptTerminalIT {
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    @TempDir
    Path folder;

    private final String server = "weir-" + UUID.randomUUID();
    private NetworkNamespace namespace;

    @BeforeEach
    void openTerminal() {
        namespace = NetworkNamespace.create("wt5-prompt");
        namespace.exec("ip", "link", "set", "lo", "up").orThrow();
        var command = new ArrayList<>(namespace.commandLine());
        command.addAll(List.of("env", "XDG_STATE_HOME=" + folder, "WEIR_SKIP_BUILD=1", "WEIR_BRIEF=1", System.getProperty("weir.launcher"),
                "serve", "--shell", "--listen", "127.0.0.1:4433", "--path", "userspace", "--control", folder.resolve("control.sock").toString()));
        String line = String.join(" ", command) + "; echo over $?; sleep 60";
        tmux("new-session", "-d", "-x", "140", "-y", "40", line);
    }

    @AfterEach
    void closeTerminal() {
        CommandResult.of("tmux", "-L", server, "kill-server");
        namespace.close();
    }

    private String tmux(String... arguments) {
        var command = new ArrayList<>(List.of("tmux", "-L", server));
        command.addAll(Arrays.asList(arguments));
        return CommandResult.of(command.toArray(String[]::new)).orThrow().output();
    }

    private void type(String... keys) {
        var arguments = new ArrayList<>(List.of("send-keys"));
        arguments.addAll(Arrays.asList(keys));
        tmux(arguments.toArray(String[]::new));
    }

    /// Waits until the screen has a text.
    private String awaitScreen(String text) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(tmux("capture-pane", "-p")).contains(text));
        return tmux("capture-pane", "-p", "-e");
    }

    @Test
    void completesHelpsRemembersAndEndsTheRelay() throws Exception {
        assertThat(awaitScreen("weir 4433>")).as("colours").contains("\u001b[1mweir 4433>");
        type("rel", "Tab");
        awaitScreen("weir 4433> relay");
        type("sta", "Tab");
        awaitScreen("weir 4433> relay status");
        type("Enter");
        awaitScreen("mode         auto");
        type("mode set us", "Tab");
        awaitScreen("mode set userspace");
        type("Enter");
        awaitScreen("the mode of all tracks is userspace");
        type("policy show prio", "Tab");
        awaitScreen("policy show priority-threshold");
        type("C-u", "help mode set", "Enter");
        awaitScreen("Examples:");
        type("mode set quick", "Enter");
        awaitScreen("error: --mode does not take 'quick'");
        type("clear", "Enter", "top", "Enter");
        awaitScreen("sorted by rate   s: sort by another column   q: leave");
        type("s");
        awaitScreen("sorted by copies");
        type("q");
        awaitScreen("weir 4433> ");
        type("history", "Enter");
        awaitScreen("mode set userspace");
        type("exit", "Enter");
        awaitScreen("over 0");

        Path history = folder.resolve("weir").resolve("history");
        assertThat(Files.readString(history)).contains("mode set userspace");
        assertThat(Files.getPosixFilePermissions(history)).hasSize(2);
        assertThat(folder.resolve("control.sock")).as("the relay has ended").doesNotExist();
    }
}
