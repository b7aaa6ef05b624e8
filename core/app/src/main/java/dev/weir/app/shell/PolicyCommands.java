// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.engine.policy.PolicyControl.Statistics;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `policy …`: what policies a running relay has, and which of them serve which subscriptions.
@Component
class PolicyCommands {
    private static final String GROUP = "Policies";
    private static final long NANOS_PER_MICRO = 1000;

    @Command(name = "policy list", group = GROUP,
            description = "Lists a running relay's policies, the jars it refused, and which policy is assigned to what.")
    void list(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "policy list", Map.of(), PolicyCommands::listing);
    }

    @Command(name = "policy load", group = GROUP,
            description = "Copies a policy's jar into the folder that a running relay watches, and waits until it is loaded or refused.")
    void load(
            CommandContext context,
            @Option(longName = "jar", required = true, description = "the jar") Path jar,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Map<String, ?> arguments = Map.of("jar", jar.toAbsolutePath().toString());
        RunningRelay.ask(context.outputWriter(), control, output, "policy load", arguments,
                answer -> policies(answer.path("policies")));
    }

    @Command(name = "policy apply", group = GROUP,
            description = "Puts a policy in force on a running relay, before all other assignments; one with the same tracks and"
                    + " classes is replaced.")
    void apply(
            CommandContext context,
            @Option(longName = "policy", required = true, description = "name of the policy") String policy,
            @Option(longName = "tracks", required = true,
                    description = "full track names, fields with slashes between them: * any characters but a slash, ** any at all")
                    String tracks,
            @Option(longName = "classes", description = "lane classes, separated by commas; without it all") @Nullable String classes,
            @Option(longName = "set", description = "settings of the policy for this assignment, KEY=VALUE,KEY=VALUE")
                    @Nullable String settings,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        Map<String, ?> arguments = Map.of(
                "policy", policy, "tracks", tracks, "classes", commas(classes), "configuration", settings(settings));
        RunningRelay.ask(context.outputWriter(), control, output, "policy apply", arguments,
                answer -> "assignment " + answer.path("id").asInt() + ": " + answer.path("policy").asString() + " ("
                        + answer.path("form").asString() + ") in force for " + answer.path("tracks").asString()
                        + ", swapped in " + answer.path("swapNanos").asLong() / NANOS_PER_MICRO + " us");
    }

    @Command(name = "policy remove", group = GROUP,
            description = "Takes an assignment of a running relay out of force; what follows it in the list serves its subscriptions then.")
    void remove(
            CommandContext context,
            @Option(longName = "id", required = true, description = "the assignment, as 'policy list' numbers it") Integer id,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "policy remove", Map.of("id", id),
                answer -> "assignment " + answer.path("removed").asInt() + " removed");
    }

    @Command(name = "policy stats", group = GROUP,
            description = "Shows what the policies of a running relay have forwarded and dropped, by reason; 'gone' is what assignments did that are no more.")
    void stats(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "policy stats", Map.of(), PolicyCommands::statistics);
    }

    @Command(name = "policy log", group = GROUP,
            description = "Prints the whole log of the verifier's last refusal of a policy's program.")
    void log(
            CommandContext context,
            @Option(longName = "policy", required = true, description = "name of the policy") String policy,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "policy log", Map.of("policy", policy),
                answer -> answer.path("log").asString().isEmpty()
                        ? "The verifier has refused no program of " + policy + "."
                        : answer.path("log").asString());
    }

    static List<String> commas(@Nullable String text) {
        return text == null
                ? List.of()
                : Arrays.stream(text.split(",")).map(String::strip).filter(each -> !each.isEmpty()).toList();
    }

    /// A comma separates settings where the next one begins with a key; others belong to a value.
    private static Map<String, String> settings(@Nullable String text) {
        var result = new LinkedHashMap<String, String>();
        if (text == null || text.isBlank()) {
            return result;
        }
        for (String setting : text.split(",(?=\\s*[^,=]+=)")) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new UsageException("--set takes KEY=VALUE, not '" + setting.strip() + "'; write for example --set limit=128.");
            }
            result.put(setting.substring(0, equals).strip(), setting.substring(equals + 1).strip());
        }
        return result;
    }

    private static String listing(JsonNode answer) {
        JsonNode assignments = answer.path("assignments");
        if (assignments.isEmpty()) {
            return policies(answer.path("policies")) + System.lineSeparator().repeat(2)
                    + "No policy is assigned: everything passes. './weir policy apply' assigns one.";
        }
        var table = new Columns("ID", "POLICY", "FORM", "TRACKS", "CLASSES", "SETTINGS");
        assignments.forEach(each -> table.row(
                String.valueOf(each.path("id").asInt()),
                each.path("policy").asString(),
                each.path("form").asString().isEmpty() ? "not in force" : each.path("form").asString(),
                each.path("tracks").asString(),
                joined(each.path("classes"), "all"),
                each.path("configuration").properties().stream()
                        .map(setting -> setting.getKey() + "=" + setting.getValue().asString())
                        .collect(Collectors.joining(","))));
        return policies(answer.path("policies")) + System.lineSeparator().repeat(2) + table;
    }

    private static String joined(JsonNode list, String whenEmpty) {
        return list.isEmpty()
                ? whenEmpty
                : StreamSupport.stream(list.spliterator(), false).map(JsonNode::asString).collect(Collectors.joining(","));
    }

    private static String policies(JsonNode policies) {
        var table = new Columns("POLICY", "STATE", "FORM", "VERSION", "JAR", "DESCRIPTION");
        policies.forEach(each -> table.row(
                each.path("name").asString(),
                each.path("state").asString(),
                each.path("form").asString().isEmpty() ? "-" : each.path("form").asString(),
                each.path("version").asString(),
                each.path("jar").asString(),
                each.path("reason").asString().isEmpty()
                        ? each.path("description").asString()
                        : each.path("reason").asString().replace(System.lineSeparator(), "; ")));
        return table.toString();
    }

    /// What policies decided, of an answer with `statistics`.
    static String statistics(JsonNode answer) {
        var table = new Columns("ID", "POLICY", "VERDICT", "KERNEL", "USER SPACE");
        for (JsonNode each : answer.path("statistics")) {
            int assignment = each.path("assignment").asInt();
            String id = assignment == Statistics.GONE ? "gone" : String.valueOf(assignment);
            String policy = each.path("policy").asString();
            table.row(id, policy, "forwarded", each.path("forwardedByKernel").asString(), each.path("forwardedByUserSpace").asString());
            var reasons = new TreeSet<String>();
            each.path("droppedByKernel").propertyNames().forEach(reasons::add);
            each.path("droppedByUserSpace").propertyNames().forEach(reasons::add);
            reasons.forEach(reason -> table.row(
                    id,
                    policy,
                    "dropped: " + reason,
                    String.valueOf(each.path("droppedByKernel").path(reason).asLong()),
                    String.valueOf(each.path("droppedByUserSpace").path(reason).asLong())));
            unlessZero(table, id, policy, "of these, let through before", each.path("revoked").asLong());
            unlessZero(table, id, policy, "hooks that failed", each.path("failures").asLong());
        }
        return table.toString();
    }

    /// What happens in user space alone, and seldom.
    private static void unlessZero(Columns table, String id, String policy, String what, long count) {
        if (count > 0) {
            table.row(id, policy, what, "-", String.valueOf(count));
        }
    }
}
