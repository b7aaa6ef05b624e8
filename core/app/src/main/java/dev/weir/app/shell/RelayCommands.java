// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `relay …`: a running relay as a whole, and its end.
@Component
class RelayCommands {
    private static final String GROUP = "Relay";
    private static final int LONGEST_DRAIN = 86_400;

    @Command(name = "relay status", group = GROUP,
            description = "Shows what a running relay does: where it listens, who makes its copies, how many it serves.")
    void status(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "relay status", Map.of(), RelayCommands::table);
    }

    @Command(name = "relay drain", group = GROUP,
            description = "Asks everybody on a running relay to leave (GOAWAY), refuses new requests, and ends it with its last subscription.")
    void drain(
            CommandContext context,
            @Option(longName = "seconds", defaultValue = "60", description = "end it after this many seconds in any case, 1 to 86400")
                    Integer seconds,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        if (seconds < 1 || seconds > LONGEST_DRAIN) {
            throw new UsageException("--seconds takes 1 to " + LONGEST_DRAIN + ", not " + seconds + ".");
        }
        RunningRelay.ask(context.outputWriter(), control, output, "relay drain", Map.of("seconds", seconds),
                answer -> "draining: " + answer.path("subscriptions").asInt() + " subscriptions left, at most " + seconds + " s");
    }

    @Command(name = "relay stop", group = GROUP,
            description = "Ends a running relay in an orderly way, as SIGTERM does.")
    void stop(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "relay stop", Map.of(), answer -> "stopping");
    }

    private static String table(JsonNode answer) {
        JsonNode relay = answer.path("relay");
        var facts = Columns.facts()
                .row("version", answer.path("version").asString())
                .row("address", answer.path("address").asString())
                .row("process", answer.path("pid").asString() + ", up " + Figures.duration(answer.path("upNanos").asLong()))
                .row("state", relay.path("isDraining").asBoolean() ? "draining" : "serving")
                .row("path", relay.path("path").asString())
                .row("mode", relay.path("mode").asString());
        if (!answer.path("kernelProblem").asString().isEmpty()) {
            facts.row("problem", answer.path("kernelProblem").asString());
        }
        if (relay.path("laneSlots").asInt() > 0) {
            facts.row("lease", relay.path("leaseLeftNanos").asLong() / 1_000_000 + " of "
                    + relay.path("leaseNanos").asLong() / 1_000_000 + " ms left");
        }
        return facts
                .row("connections", relay.path("connections").asString() + ": " + relay.path("publishers").asString()
                        + " publishers, " + relay.path("subscribers").asString() + " subscribers")
                .row("tracks", relay.path("tracks").asString() + ", with " + relay.path("subscriptions").asString() + " subscriptions")
                .row("lanes", relay.path("lanes").asString() + " of " + relay.path("laneSlots").asString() + " in the kernel")
                .row("copies", relay.path("copiesByKernel").asString() + " by the kernel, "
                        + relay.path("copiesByUserSpace").asString() + " by user space")
                .row("cache", Figures.bytes(relay.path("cacheBytes").asLong()) + " of "
                        + Figures.bytes(relay.path("cacheLimitBytes").asLong()))
                .toString();
    }
}
