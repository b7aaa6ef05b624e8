// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.engine.view.AuditView;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `stats …`: what a running relay has counted, and whether it adds up.
@Component
class StatsCommands {
    private static final String GROUP = "Relay";

    @Command(name = "stats show", group = GROUP, description = "Shows a running relay's counters; docs/reference/counters.md explains them.")
    void show(
            CommandContext context,
            @Option(longName = "zeros", defaultValue = "false", description = "counters that are zero as well") Boolean zeros,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "stats show", Map.of(), answer -> counters(answer, zeros));
    }

    @Command(name = "stats audit", group = GROUP,
            description = "Checks whether a running relay's books balance: every packet number and every object went somewhere.")
    void audit(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        JsonNode audit = RunningRelay.ask(context.outputWriter(), control, output, "stats audit", Map.of(), StatsCommands::sums);
        if (!audit.path("isBalanced").asBoolean()) {
            throw CommandFailedException.because("The books do not balance: " + imbalances(audit)
                    + ". This is a defect of the relay; report it with the output of './weir stats audit --output json'.", null);
        }
    }

    private static String counters(JsonNode answer, boolean zeros) {
        var table = new Columns("COUNTER", "VALUE");
        answer.path("statistics").properties().stream()
                .filter(each -> zeros || each.getValue().asLong() != 0)
                .forEach(each -> table.row(each.getKey(), each.getValue().asString()));
        return table.toString();
    }

    private static String sums(JsonNode audit) {
        var table = new Columns("LANE", "SUM", "TOTAL", "IMBALANCE", "PARTS");
        audit.path("sums").forEach(sum -> table.row(
                switch (sum.path("lane").asInt()) {
                    case AuditView.GONE -> "gone";
                    case AuditView.ALL -> "all";
                    default -> sum.path("lane").asString();
                },
                sum.path("name").asString(),
                sum.path("total").asString(),
                sum.path("imbalance").asString(),
                sum.path("parts").properties().stream()
                        .filter(part -> part.getValue().asLong() != 0)
                        .map(part -> part.getKey() + " " + part.getValue().asString())
                        .collect(Collectors.joining(", "))));
        return table + System.lineSeparator()
                + (audit.path("isBalanced").asBoolean() ? "The books balance." : "The books do not balance.");
    }

    private static String imbalances(JsonNode audit) {
        return audit.path("sums").valueStream()
                .filter(sum -> sum.path("imbalance").asLong() != 0)
                .map(sum -> "%s of %s (%s): %s of %s are unaccounted for".formatted(
                        sum.path("name").asString(),
                        sum.path("lane").asInt() < 0 ? "the lanes" : "lane " + sum.path("lane").asString(),
                        sum.path("address").asString(), sum.path("imbalance").asString(), sum.path("total").asString()))
                .collect(Collectors.joining("; "));
    }
}
