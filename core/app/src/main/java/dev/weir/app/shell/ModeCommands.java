// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.engine.PathMode;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `mode …`: who makes a running relay's copies, the kernel or user space.
@Component
class ModeCommands {
    private static final String GROUP = "Tracks";

    @Command(name = "mode show", group = GROUP, description = "Shows who makes a running relay's copies, track by track, and why.")
    void show(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "mode show", Map.of(), ModeCommands::table);
    }

    @Command(name = "mode set", group = GROUP,
            description = "Says who makes a running relay's copies, for all tracks or for one; nothing is lost by the change.")
    void set(
            CommandContext context,
            @Option(longName = "mode", required = true,
                    description = "auto takes the kernel where it can; kernel does, and is refused by a relay without a data plane")
                    PathMode mode,
            @Option(longName = "track", description = "full track name; without it all tracks, those to come included") @Nullable String track,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        String word = mode.name().toLowerCase(Locale.ROOT);
        var arguments = new HashMap<String, Object>(Map.of("mode", word));
        if (track != null) {
            arguments.put("track", track);
        }
        RunningRelay.ask(context.outputWriter(), control, output, "mode set", arguments,
                answer -> "the mode of " + (track == null ? "all tracks" : track) + " is " + word);
    }

    private static String table(JsonNode answer) {
        var table = new Columns("TRACK", "MODE", "PATH", "SUBSCRIBERS", "IN THE KERNEL", "REASON");
        answer.path("tracks").forEach(each -> table.row(
                each.path("name").asString(),
                each.path("mode").asString(),
                each.path("path").asString(),
                each.path("activeSubscriptions").asString(),
                each.path("path").asString().equals("kernel") ? each.path("kernelLanes").asString() : "0",
                each.path("reason").asString()));
        String whole = "mode of the relay: " + answer.path("mode").asString();
        return table.isEmpty() ? whole : whole + System.lineSeparator().repeat(2) + table;
    }
}
