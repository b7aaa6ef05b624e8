// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `subscriber …` and `class …`: who subscribes to a running relay, and to which lane class each belongs.
@Component
class SubscriberCommands {
    private static final String GROUP = "Policies";

    @Command(name = "subscriber list", group = GROUP, description = "Lists a running relay's subscribers.")
    void list(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "subscriber list", Map.of(), SubscriberCommands::subscribers);
    }

    @Command(name = "class list", group = GROUP, description = "Lists a running relay's lane classes.")
    void classes(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "class list", Map.of(),
                answer -> joined(answer.path("classes"), System.lineSeparator()));
    }

    @Command(name = "class set", group = GROUP,
            description = "Gives a subscriber of a running relay a lane class, until its connection ends.")
    void set(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = "the subscriber, as 'subscriber list' numbers it")
                    Integer subscriber,
            @Option(longName = "class", required = true, description = "name of the lane class") String laneClass,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Map<String, ?> arguments = Map.of("subscriber", subscriber, "class", laneClass);
        RunningRelay.ask(context.outputWriter(), control, OutputFormat.TABLE, "class set", arguments,
                answer -> "subscriber " + subscriber + " is of class " + laneClass);
    }

    private static String subscribers(JsonNode answer) {
        var table = new Columns("ID", "ADDRESS", "CLASS", "TRACKS");
        answer.path("subscribers").forEach(each -> table.row(
                String.valueOf(each.path("id").asInt()),
                each.path("address").asString(),
                each.path("laneClass").asString(),
                joined(each.path("tracks"), " ")));
        return table.toString();
    }

    private static String joined(JsonNode list, String separator) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asString).collect(Collectors.joining(separator));
    }
}
