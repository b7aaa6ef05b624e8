// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `policy show` and `policy explain`: one policy, and why a subscriber did not get an object.
@Component
class PolicyInsightCommands {
    private static final String GROUP = "Policies";

    @Command(name = "policy show", group = GROUP,
            description = "Shows a policy of a running relay: its jar, its form, where it is in force, and what it decided.")
    void show(
            CommandContext context,
            @Option(longName = "policy", required = true, description = "name of the policy") String policy,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "policy show", Map.of("policy", policy), PolicyInsightCommands::policy);
    }

    @Command(name = "policy explain", group = GROUP,
            description = "Explains why a subscriber of a running relay did not get an object, from what is remembered of rulings;"
                    + " without --group everything remembered.")
    void explain(
            CommandContext context,
            @Option(longName = "subscriber", required = true, description = "the subscriber, as 'subscriber list' numbers it")
                    Integer subscriber,
            @Option(longName = "group", description = "group ID of the object") @Nullable Long group,
            @Option(longName = "object", description = "object ID, with --group; without it the whole group") @Nullable Long object,
            @Option(longName = "track", description = "full track name, if it subscribes to several") @Nullable String track,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        if (group == null && object != null) {
            throw new UsageException("--object needs --group, the group that the object belongs to.");
        }
        var arguments = new HashMap<String, Object>(Map.of("subscriber", subscriber));
        if (group != null) {
            arguments.put("group", group);
        }
        if (object != null) {
            arguments.put("object", object);
        }
        if (track != null) {
            arguments.put("track", track);
        }
        RunningRelay.ask(context.outputWriter(), control, output, "policy explain", arguments,
                answer -> explanation(answer.path("explanation")));
    }

    private static String explanation(JsonNode explanation) {
        var text = new StringBuilder(explanation.path("answer").asString());
        var findings = new Columns("GROUP", "OBJECTS", "WHAT", "REASON", "TIMES", "AGE");
        explanation.path("findings").forEach(each -> findings.row(
                Long.toUnsignedString(each.path("group").asLong()),
                objects(each),
                each.path("what").asString(),
                each.path("reason").asString().isEmpty() ? "-" : each.path("reason").asString(),
                each.path("times").asString(),
                "%.1f s".formatted(each.path("ageNanos").asLong() / 1e9)));
        append(text, findings);
        var counts = new Columns("IN THE WAY OF OBJECTS SINCE THE SUBSCRIPTION BEGAN", "TIMES");
        explanation.path("countsByReason").properties().forEach(each -> counts.row(each.getKey(), each.getValue().asString()));
        append(text, counts);
        return text.toString();
    }

    private static void append(StringBuilder text, Columns table) {
        if (!table.isEmpty()) {
            text.append(System.lineSeparator().repeat(2)).append(table);
        }
    }

    private static String objects(JsonNode finding) {
        String first = Long.toUnsignedString(finding.path("firstObject").asLong());
        String last = Long.toUnsignedString(finding.path("lastObject").asLong());
        if (finding.path("isStream").asBoolean()) {
            return "subgroup " + first;
        }
        return first.equals(last) ? first : first + " to " + last;
    }

    private static String policy(JsonNode answer) {
        JsonNode policy = answer.path("policy");
        var facts = Columns.facts()
                .row("policy", policy.path("name").asString())
                .row("description", policy.path("description").asString())
                .row("state", policy.path("state").asString())
                .row("form", policy.path("form").asString().isEmpty() ? "not in force" : policy.path("form").asString())
                .row("version", policy.path("version").asString())
                .row("jar", policy.path("jar").asString().isEmpty() ? "built into the relay" : policy.path("jar").asString());
        if (!policy.path("reason").asString().isEmpty()) {
            facts.row("reason", policy.path("reason").asString());
        }
        if (!answer.path("log").asString().isEmpty()) {
            facts.row("verifier", "refused its program; 'policy log " + policy.path("name").asString() + "' prints why");
        }
        var text = new StringBuilder(facts.toString());
        var assignments = new Columns("ID", "TRACKS", "CLASSES", "SETTINGS", "SWAP");
        answer.path("assignments").forEach(each -> assignments.row(
                each.path("id").asString(),
                each.path("tracks").asString(),
                each.path("classes").isEmpty() ? "all" : RunningRelay.joined(each.path("classes"), ","),
                each.path("configuration").properties().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue().asString())
                        .collect(Collectors.joining(",")),
                each.path("swapNanos").asLong() / 1000 + " us"));
        append(text, assignments);
        if (!answer.path("statistics").isEmpty()) {
            text.append(System.lineSeparator().repeat(2)).append(PolicyCommands.statistics(answer));
        }
        return text.toString();
    }
}
