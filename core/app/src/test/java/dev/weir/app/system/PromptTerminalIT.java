// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The prompt that comes with `serve --shell`, at a real terminal: completion, colours, help, history, `top`, the end.
@RequiresRoot
class PromptTerminalIT {
    private static final int LANES = 3;

    @TempDir
    Path folder;

    private NetworkNamespace namespace;
    private Tmux terminal;

    @BeforeEach
    void openTerminal() {
        namespace = NetworkNamespace.create("wt5-prompt");
        namespace.exec("ip", "link", "set", "lo", "up").orThrow();
        var command = new ArrayList<>(namespace.commandLine());
        command.addAll(List.of("env", "LC_ALL=C.UTF-8", "XDG_STATE_HOME=" + folder, "WEIR_SKIP_BUILD=1", "WEIR_BRIEF=1", "WEIR_MANAGEMENT_PORT=off",
                Launcher.script(), "serve", "--shell", "--listen", "127.0.0.1:4433", "--path", "userspace", "--control",
                folder.resolve("control.sock").toString()));
        terminal = Tmux.open(command);
    }

    @AfterEach
    void closeTerminal() {
        terminal.close();
        namespace.close();
    }

    @Test
    void completesHelpsRemembersAndEndsTheRelay() throws Exception {
        assertThat(terminal.await("weir 4433>")).as("colours").contains("\u001b[1mweir 4433>");
        terminal.type("rel", "Tab");
        terminal.await("weir 4433> relay");
        terminal.type("sta", "Tab");
        terminal.await("weir 4433> relay status");
        terminal.type("Enter");
        terminal.await("mode         auto");
        terminal.type("mode set us", "Tab");
        terminal.await("mode set userspace");
        terminal.type("Enter");
        terminal.await("the mode of all tracks is userspace");
        terminal.type("policy show prio", "Tab");
        terminal.await("policy show priority-threshold");
        terminal.type("C-u", "policy load " + folder + "/cont", "Tab");
        terminal.await(folder + "/control.sock");
        terminal.type("C-u", "help mode set", "Enter");
        terminal.await("Examples:");
        terminal.type("mode set quick", "Enter");
        terminal.await("error: --mode does not take 'quick'");
        terminal.type("clear", "Enter", "history", "Enter");
        terminal.await("mode set userspace");
        terminal.type("exit", "Enter");
        terminal.await("over 0");

        Path history = folder.resolve("weir").resolve("history");
        assertThat(Files.readString(history)).contains("mode set userspace");
        assertThat(Files.getPosixFilePermissions(history)).hasSize(2);
        assertThat(folder.resolve("control.sock")).as("the relay has ended").doesNotExist();
    }

    /// What `top` draws of lanes that begin to carry traffic; and an impairer started at the prompt, after which the relay still
    /// ends as SIGTERM wants it.
    @Test
    @RequiresBpf
    void topDrawsLanesAndImpairLeavesTheRelayItsSignals() throws Exception {
        terminal.await("weir 4433>");
        terminal.type("top --interval 200", "Enter");
        terminal.await("There is no lane: nobody subscribes.");
        try (WeirProcess _ = WeirProcess.start(namespace, "publish", "--relay", "127.0.0.1:4433", "--insecure", "--mode", "datagram",
                        "--rate", "100", "--size", "500", "--settle", "3", "--seconds", "120");
                WeirProcess _ = WeirProcess.start(namespace, "subscribe", "--relay", "127.0.0.1:4433", "--insecure", "--wait", "60",
                        "--subscribers", Integer.toString(LANES), "--seconds", "120")) {
            terminal.await("1 publishers, ");
            terminal.await("1 publishers, " + LANES + " subscribers");
            terminal.awaitMatch("127\\.0\\.0\\.1 port \\d+ .*nothing +▁+[▁▂▃▄▅▆▇█]*█");
            terminal.await("sorted by rate   s: sort by another column   q: leave");
            for (String column : List.of("copies", "rtt", "loss", "waiting", "lane")) {
                terminal.type("s");
                terminal.await("sorted by " + column);
            }
            List<Integer> lanes = Pattern.compile("^ *(\\d+)  127\\.0\\.0\\.1 port", Pattern.MULTILINE).matcher(terminal.screen()).results()
                    .map(match -> Integer.valueOf(match.group(1))).toList();
            assertThat(lanes).hasSize(LANES).isSorted();
            terminal.type("q");

            terminal.awaitMatch("weir 4433>\\s*$");
            terminal.type("relay status", "Enter");
            terminal.awaitMatch("process +\\d+,");
            var match = Pattern.compile("process +(\\d+),").matcher(terminal.screen());
            assertThat(match.find()).isTrue();
            ProcessHandle relay = ProcessHandle.of(Long.parseLong(match.group(1))).orElseThrow();
            terminal.type("clear", "Enter", "impair --device lo --loss 1 --seconds 600", "Enter");
            terminal.await("impairing lo");
            assertThat(relay.children()).as("in a process of its own").anySatisfy(child ->
                    assertThat(child.info().commandLine().orElse("")).contains("impair --device lo"));
            terminal.type("C-c");
            terminal.awaitMatch("seen +\\d+");
            terminal.awaitMatch("weir 4433>\\s*$");
            CommandResult.of("kill", "-TERM", Long.toString(relay.pid())).orThrow();
            terminal.await("over 0");
            await().until(() -> !Files.exists(folder.resolve("control.sock")));
        }
    }
}
