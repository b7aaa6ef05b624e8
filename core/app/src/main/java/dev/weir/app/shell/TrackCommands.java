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

/// `track …` and `publisher …`: what a running relay gets, and from whom.
@Component
class TrackCommands {
    private static final String GROUP = "Tracks";

    @Command(name = "track list", group = GROUP, description = "Lists a running relay's tracks.")
    void list(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "track list", Map.of(), answer -> tracks(answer.path("tracks")));
    }

    @Command(name = "track show", group = GROUP,
            description = "Shows a track of a running relay: where it comes from, who makes its copies, who gets it.")
    void show(
            CommandContext context,
            @Option(longName = "track", required = true, description = "full track name, fields with slashes between them") String track,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "track show", Map.of("track", track), TrackCommands::track);
    }

    @Command(name = "publisher list", group = GROUP, description = "Lists a running relay's publishers.")
    void publishers(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "publisher list", Map.of(), answer -> {
            var table = new Columns("ID", "ADDRESS", "AGE", "KERNEL", "RECEIVED", "NAMESPACES", "TRACKS");
            answer.path("publishers").forEach(each -> table.row(
                    each.path("id").asString(),
                    each.path("address").asString(),
                    Figures.duration(each.path("ageNanos").asLong()),
                    each.path("kernelIndex").asInt() < 0 ? "no" : "yes",
                    Figures.bytes(each.path("receivedBytes").asLong()),
                    RunningRelay.joined(each.path("namespaces"), " "),
                    String.valueOf(each.path("tracks").size())));
            return table.isEmpty() ? "No publisher is connected." : table.toString();
        });
    }

    @Command(name = "publisher show", group = GROUP, description = "Shows a publisher of a running relay and its tracks.")
    void publisher(
            CommandContext context,
            @Option(longName = "publisher", required = true, description = "the publisher, as 'publisher list' numbers it")
                    Integer publisher,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "publisher show", Map.of("publisher", publisher), answer -> {
            JsonNode each = answer.path("publisher");
            int index = each.path("kernelIndex").asInt();
            return Columns.facts()
                    .row("publisher", each.path("id").asString())
                    .row("address", each.path("address").asString())
                    .row("age", Figures.duration(each.path("ageNanos").asLong()))
                    .row("framing", each.path("framing").asString())
                    .row("namespaces", RunningRelay.joined(each.path("namespaces"), " "))
                    .row("kernel", index < 0 ? "does not open its packets" : "opens its packets, entry " + index)
                    .row("received", Figures.bytes(each.path("receivedBytes").asLong()))
                    + System.lineSeparator().repeat(2) + tracks(answer.path("tracks"));
        });
    }

    static String tracks(JsonNode tracks) {
        var table = new Columns("TRACK", "STATE", "PATH", "MODE", "PUBLISHER", "SUBSCRIBERS", "LARGEST", "STREAMS", "DATAGRAMS", "RECEIVED");
        tracks.forEach(each -> table.row(
                each.path("name").asString(),
                each.path("state").asString(),
                each.path("path").asString(),
                each.path("mode").asString(),
                each.path("publisher").asInt() < 0 ? "-" : each.path("publisher").asString(),
                each.path("activeSubscriptions").asString(),
                Figures.location(each.path("largestGroup").asLong(), each.path("largestObject").asLong()),
                each.path("receivedStreams").asString(),
                each.path("receivedDatagrams").asString(),
                Figures.bytes(each.path("receivedBytes").asLong())));
        return table.isEmpty() ? "No track is known: nobody has subscribed, and no publisher has offered one." : table.toString();
    }

    private static String track(JsonNode answer) {
        JsonNode track = answer.path("track");
        String reason = track.path("reason").asString();
        var facts = Columns.facts()
                .row("track", track.path("name").asString())
                .row("state", track.path("state").asString())
                .row("publisher", track.path("publisher").asInt() < 0 ? "none" : track.path("publisher").asString())
                .row("alias", track.path("alias").asString() + ", the publisher's " + track.path("publisherAlias").asString())
                .row("mode", track.path("mode").asString())
                .row("path", track.path("path").asString() + (reason.isEmpty() ? "" : ": " + reason))
                .row("priority", track.path("priority").asString())
                .row("largest", Figures.location(track.path("largestGroup").asLong(), track.path("largestObject").asLong()))
                .row("received", track.path("receivedStreams").asString() + " streams, " + track.path("receivedDatagrams").asString()
                        + " DATAGRAMs, " + Figures.bytes(track.path("receivedBytes").asLong()))
                .row("cached", track.path("streams").asString() + " streams, " + track.path("cachedDatagrams").asString() + " DATAGRAMs")
                .row("subscribers", track.path("subscriptions").asString() + ", " + track.path("activeSubscriptions").asString()
                        + " active, " + track.path("kernelLanes").asString() + " with a lane in the kernel");
        return facts + System.lineSeparator().repeat(2)
                + SubscriberCommands.subscriptions(answer.path("subscribers"), track.path("name").asString());
    }
}
