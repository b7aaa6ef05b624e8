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

/// `lane …`: connections as the data plane sends to them. No key is ever shown.
@Component
class LaneCommands {
    private static final String GROUP = "Subscribers";

    @Command(name = "lane list", group = GROUP, description = "Lists a running relay's lanes: what each was sent, and what stops it now.")
    void list(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "lane list", Map.of(), answer -> {
            var table = new Columns("LANE", "ADDRESS", "PATH", "CLASS", "BY KERNEL", "BY USER SPACE", "SENT", "WAITING", "WINDOW", "IN FLIGHT",
                    "RTT", "LOSS", "STOPPED BY");
            answer.path("lanes").forEach(each -> table.row(
                    each.path("id").asString(),
                    each.path("address").asString(),
                    each.path("path").asString(),
                    each.path("laneClass").asString(),
                    each.path("copiesByKernel").asString(),
                    each.path("copiesByUserSpace").asString(),
                    Figures.bytes(each.path("sentBytes").asLong()),
                    Figures.bytes(each.path("pendingBytes").asLong()),
                    Figures.bytes(each.path("congestionWindow").asLong()),
                    Figures.bytes(each.path("bytesInFlight").asLong()),
                    Figures.millis(each.path("smoothedRttNanos").asLong()),
                    Figures.percent(each.path("lossPerMillion").asLong()),
                    reached(each)));
            return table.isEmpty() ? "There is no lane: nobody subscribes." : table.toString();
        });
    }

    @Command(name = "lane show", group = GROUP,
            description = "Shows a lane of a running relay with every limit: what is left of it, how often it stopped the kernel, and what it stops.")
    void show(
            CommandContext context,
            @Option(longName = "lane", required = true, description = "the lane, as 'lane list' numbers it; the subscriber's number as well")
                    Integer lane,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "lane show", Map.of("lane", lane), answer -> table(answer.path("lane")));
    }

    private static String table(JsonNode lane) {
        return Columns.facts()
                .row("lane", lane.path("id").asString())
                .row("address", lane.path("address").asString())
                .row("class", lane.path("laneClass").asString())
                .row("path", lane.path("path").asString() + (lane.path("device").asString().isEmpty() ? "" : " by " + lane.path("device").asString()))
                .row("packets", lane.path("nextPacketNumber").asString() + " numbers drawn, " + lane.path("copiesByKernel").asString()
                        + " by the kernel; " + lane.path("copiesByUserSpace").asString() + " frames with media by user space")
                .row("sent", Figures.bytes(lane.path("sentBytes").asLong()) + ", " + lane.path("outstanding").asString()
                        + " kernel copies outstanding, " + Figures.bytes(lane.path("pendingBytes").asLong()) + " waiting")
                .row("round trip", Figures.millis(lane.path("smoothedRttNanos").asLong()) + ", delay "
                        + Figures.millis(lane.path("delayNanos").asLong()) + ", jitter " + Figures.millis(lane.path("jitterNanos").asLong()))
                .row("loss", Figures.percent(lane.path("lossPerMillion").asLong()))
                + System.lineSeparator().repeat(2) + limits(lane) + reasons(lane.path("leftByReason"));
    }

    /// Every limit of a lane.
    static String limits(JsonNode lane) {
        var table = new Columns("LIMIT", "NOW", "LEFT", "UNIT", "REACHED", "STOPPED", "WHAT IT STOPS");
        lane.path("limits").forEach(each -> table.row(
                each.path("name").asString(),
                number(each.path("value").asLong()),
                each.path("left").asLong() < 0 ? "-" : number(each.path("left").asLong()),
                each.path("unit").asString(),
                each.path("isReached").asBoolean() ? "yes" : "no",
                each.path("stopped").asLong() < 0 ? "-" : each.path("stopped").asString(),
                each.path("stops").asString()));
        return table.toString();
    }

    /// Limits of 62 bits stand for none.
    private static String number(long value) {
        return value > 1L << 61 ? "-" : Long.toString(value);
    }

    private static String reasons(JsonNode reasons) {
        var table = new Columns("LEFT TO USER SPACE BECAUSE OF", "TIMES");
        reasons.properties().forEach(each -> table.row(each.getKey(), each.getValue().asString()));
        return table.isEmpty() ? "" : System.lineSeparator().repeat(2) + table;
    }

    private static String reached(JsonNode lane) {
        String reached = StreamSupport.stream(lane.path("limits").spliterator(), false)
                .filter(each -> each.path("isReached").asBoolean())
                .map(each -> each.path("name").asString())
                .collect(Collectors.joining(", "));
        return reached.isEmpty() ? "nothing" : reached;
    }
}
