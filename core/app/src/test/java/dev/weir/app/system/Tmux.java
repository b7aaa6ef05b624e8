// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/// A terminal with a command in it, by tmux.
final class Tmux implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String server = "weir-" + UUID.randomUUID();

    private Tmux() {}

    /// @param command what runs in it; its exit code stands on the screen as `over CODE` afterwards
    static Tmux open(List<String> command) {
        var result = new Tmux();
        result.tmux("-u", "new-session", "-d", "-x", "160", "-y", "40", String.join(" ", command) + "; echo over $?; sleep 60");
        return result;
    }

    private String tmux(String... arguments) {
        var command = new ArrayList<>(List.of("tmux", "-L", server));
        command.addAll(Arrays.asList(arguments));
        return CommandResult.of(command.toArray(String[]::new)).orThrow().output();
    }

    /// Presses keys; `Enter`, `Tab`, `C-c` are keys, other words their letters.
    void type(String... keys) {
        var arguments = new ArrayList<>(List.of("send-keys"));
        arguments.addAll(Arrays.asList(keys));
        tmux(arguments.toArray(String[]::new));
    }

    /// Waits until the screen has a text.
    ///
    /// @return the screen with its colours
    String await(String text) {
        return awaitMatch(Pattern.quote(text));
    }

    /// Waits until something on the screen matches a regular expression.
    ///
    /// @return the screen with its colours
    String awaitMatch(String pattern) {
        Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(screen()).containsPattern(pattern));
        return tmux("capture-pane", "-p", "-e");
    }

    /// What stands on the screen.
    String screen() {
        return tmux("capture-pane", "-p");
    }

    @Override
    public void close() {
        CommandResult.of("tmux", "-L", server, "kill-server");
    }
}
