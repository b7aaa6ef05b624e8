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

/// `subscriber …` and `class …`: who subscribes to a running relay, and to which lane class each belongs.
@Component
class SubscriberCommands {
    private static final String GROUP = "Subscribers";
    private static final String ID = "the subscriber, as 'subscriber list' numbers it";

    @Command(name = "subscriber list", group = GROUP, description = "Lists a running relay's subscribers.")
    void list(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "subscriber list", Map.of(), SubscriberCommands::subscribers);
    }

    @Command(name = "subscriber show", group = GROUP,
            description = "Shows a subscriber of a running relay: what it subscribes to, what it got, and what limits it.")
    void show(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = ID) Integer subscriber,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "subscriber show", Map.of("subscriber", subscriber), answer -> {
            JsonNode each = answer.path("subscriber");
            return Columns.facts()
                    .row("subscriber", each.path("id").asString())
                    .row("address", each.path("address").asString())
                    .row("age", Figures.duration(each.path("ageNanos").asLong()))
                    .row("class", each.path("laneClass").asString())
                    .row("path", each.path("path").asString())
                    + System.lineSeparator().repeat(2) + subscriptions(each.path("subscriptions"))
                    + System.lineSeparator().repeat(2) + LaneCommands.limits(answer.path("lane"));
        });
    }

    @Command(name = "subscriber class set", group = GROUP,
            description = "Gives a subscriber of a running relay a lane class, until its connection ends.")
    void set(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = ID) Integer subscriber,
            @Option(longName = "class", required = true, description = "name of the lane class") String laneClass,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Map<String, ?> arguments = Map.of("subscriber", subscriber, "class", laneClass);
        RunningRelay.ask(context.outputWriter(), control, output, "class set", arguments,
                answer -> "subscriber " + subscriber + " is of class " + laneClass);
    }

    @Command(name = "subscriber kick", group = GROUP, description = "Ends a subscriber's connection to a running relay.")
    void kick(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = ID) Integer subscriber,
            @Option(longName = "reason", defaultValue = "ended by the operator", description = "told to the subscriber") String reason,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Map<String, ?> arguments = Map.of("subscriber", subscriber, "reason", reason);
        RunningRelay.ask(context.outputWriter(), control, output, "subscriber kick", arguments,
                answer -> "subscriber " + subscriber + " is disconnected");
    }

    @Command(name = "class list", group = GROUP, description = "Lists a running relay's lane classes.")
    void classes(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "class list", Map.of(),
                answer -> RunningRelay.joined(answer.path("classes"), System.lineSeparator()));
    }

    @Command(name = "class set", group = GROUP, description = "The same as 'subscriber class set'.")
    void setAlias(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = ID) Integer subscriber,
            @Option(longName = "class", required = true, description = "name of the lane class") String laneClass,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        set(context, subscriber, laneClass, output, control);
    }

    private static String subscribers(JsonNode answer) {
        var table = new Columns("ID", "ADDRESS", "CLASS", "PATH", "AGE", "TRACKS");
        answer.path("subscribers").forEach(each -> table.row(
                each.path("id").asString(),
                each.path("address").asString(),
                each.path("laneClass").asString(),
                each.path("path").asString(),
                Figures.duration(each.path("ageNanos").asLong()),
                RunningRelay.joined(each.path("tracks"), " ")));
        return table.isEmpty() ? "Nobody subscribes." : table.toString();
    }

    private static String subscriptions(JsonNode subscriptions) {
        var table = new Columns("TRACK", "STATE", "POLICY", "FORM", "PRIORITY", "FROM", "BY KERNEL", "BY USER SPACE", "OBSTACLES");
        subscriptions.forEach(each -> row(table, each, each.path("track").asString()));
        return table.toString();
    }

    /// The subscriptions to one track.
    static String subscriptions(JsonNode subscribers, String track) {
        var table = new Columns("SUBSCRIBER", "STATE", "POLICY", "FORM", "PRIORITY", "FROM", "BY KERNEL", "BY USER SPACE", "OBSTACLES");
        for (JsonNode subscriber : subscribers) {
            for (JsonNode each : subscriber.path("subscriptions")) {
                if (each.path("track").asString().equals(track)) {
                    row(table, each, subscriber.path("id").asString());
                }
            }
        }
        return table.isEmpty() ? "Nobody subscribes to it." : table.toString();
    }

    private static void row(Columns table, JsonNode each, String first) {
        table.row(
                first,
                each.path("state").asString(),
                each.path("policy").asString(),
                each.path("policyForm").asString(),
                each.path("priority").asString(),
                Figures.location(each.path("startGroup").asLong(), each.path("startObject").asLong()),
                each.path("sentByKernel").asString(),
                each.path("sentByUserSpace").asString(),
                each.path("refused").asString());
    }
}
