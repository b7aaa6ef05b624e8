// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.ControlException;
import dev.weir.app.control.ControlSockets;
import dev.weir.kernel.FeatureReport;
import dev.weir.kernel.KernelFeatures;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;
import tools.jackson.databind.JsonNode;

/// `bpf …`: what this kernel offers the data plane, and what a running relay has in it.
@Component
class BpfCommands {
    private static final String GROUP = "Kernel";
    private static final List<String> COUNTERS = List.of("kernel.", "deferred.", "map.", "bpf.", "records", "copies.kernel", "tag_failures");

    @Command(name = "bpf status", group = GROUP,
            description = "Shows what this machine's kernel offers the data plane, what it lacks and what to do about it;"
                    + " and how a relay that runs here uses it.")
    void status(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        List<FeatureReport> features = KernelFeatures.probe();
        var answer = new HashMap<String, Object>();
        answer.put("features", features);
        answer.put("summary", KernelFeatures.explain());
        JsonNode relay = relay(control);
        answer.put("relay", relay == null ? Map.of() : relay);
        RunningRelay.print(context.outputWriter(), output, answer, () -> {
            var table = new Columns("FEATURE", "THERE", "EXPLANATION");
            features.forEach(each -> table.row(
                    each.feature().title(), each.support().name().toLowerCase(Locale.ROOT), each.explanation()));
            return table + System.lineSeparator().repeat(2) + KernelFeatures.explain()
                    + (relay == null ? "" : System.lineSeparator().repeat(2) + use(relay));
        });
    }

    /// @return null if none is named and none, or more than one, runs here: the kernel can be asked all the same
    private static @Nullable JsonNode relay(@Nullable Path control) {
        if (control != null) {
            return RunningRelay.answer(control, "bpf status");
        }
        try {
            return ControlClient.call(ControlSockets.only(), "bpf status", Map.of());
        } catch (ControlException e) {
            return null;
        }
    }

    private static String use(JsonNode answer) {
        JsonNode relay = answer.path("relay");
        if (!relay.path("path").asString().equals("kernel")) {
            String problem = answer.path("problem").asString();
            return "The relay makes its copies in user space: "
                    + (problem.isEmpty() ? "it was started with --path userspace." : problem);
        }
        return "The relay makes its copies in the kernel: " + relay.path("lanes").asString() + " of "
                + relay.path("laneSlots").asString() + " lanes are in use, and "
                + relay.path("leaseLeftNanos").asLong() / 1_000_000 + " ms of the lease are left."
                + System.lineSeparator().repeat(2) + devices(answer.path("devices"));
    }

    @Command(name = "bpf programs", group = GROUP,
            description = "Lists a running relay's programs in the kernel, what they cost, and the devices they are attached to.")
    void programs(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "bpf programs", Map.of(), answer -> {
            var table = new Columns("PROGRAM", "ID", "TAG", "VERIFIED", "DEVICES", "RUNS", "NS PER RUN");
            answer.path("programs").forEach(each -> table.row(
                    each.path("name").asString(),
                    each.path("id").asString(),
                    each.path("tag").asString(),
                    each.path("verifiedInstructions").asString(),
                    each.path("devices").asString(),
                    each.path("runs").asString(),
                    perRun(each.path("runNanos").asLong(), each.path("runs").asLong())));
            return table.isEmpty() ? "This relay has nothing in the kernel; 'bpf status' says why."
                    : table + System.lineSeparator().repeat(2) + devices(answer.path("devices"));
        });
    }

    @Command(name = "bpf maps", group = GROUP, description = "Lists a running relay's maps in the kernel and how full they are.")
    void maps(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "bpf maps", Map.of(), answer -> {
            var table = new Columns("MAP", "TYPE", "USED", "ROOM", "KEY", "VALUE");
            answer.path("maps").forEach(each -> table.row(
                    each.path("name").asString(),
                    each.path("type").asString(),
                    each.path("type").asString().endsWith("array") ? "-" : each.path("entries").asString(),
                    each.path("maxEntries").asString(),
                    Figures.bytes(each.path("keyBytes").asLong()),
                    Figures.bytes(each.path("valueBytes").asLong())));
            return table.isEmpty() ? "This relay has nothing in the kernel; 'bpf status' says why." : table.toString();
        });
    }

    @Command(name = "bpf counters", group = GROUP,
            description = "Shows what a running relay's data plane counted, reason by reason; docs/reference/counters.md explains them.")
    void counters(
            CommandContext context,
            @Option(longName = "zeros", defaultValue = "false", description = "those that counted nothing as well") Boolean zeros,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "bpf counters", Map.of(), answer -> {
            var table = new Columns("COUNTER", "COUNT");
            answer.path("counters").properties().stream()
                    .filter(each -> COUNTERS.stream().anyMatch(each.getKey()::startsWith))
                    .filter(each -> zeros || each.getValue().asLong() != 0)
                    .forEach(each -> table.row(each.getKey(), each.getValue().asString()));
            return table.isEmpty() ? "The data plane has counted nothing." : table.toString();
        });
    }

    @Command(name = "bpf log", group = GROUP,
            description = "Prints the verifier's whole logs of the programs that it refused: the data plane's own, and policy by policy.")
    void log(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "bpf log", Map.of(), answer -> {
            var text = new StringBuilder();
            append(text, "the data plane", answer.path("dataPlane").asString());
            answer.path("logs").properties().forEach(each -> append(text, "policy " + each.getKey(), each.getValue().asString()));
            return text.isEmpty() ? "The verifier has refused no program." : text.toString().stripTrailing();
        });
    }

    private static void append(StringBuilder text, String whose, String log) {
        if (!log.isEmpty()) {
            text.append("==== ").append(whose).append(System.lineSeparator()).append(log).append(System.lineSeparator());
        }
    }

    private static String perRun(long nanos, long runs) {
        return runs == 0 ? "-" : Long.toString(nanos / runs);
    }

    private static String devices(JsonNode devices) {
        var table = new Columns("DEVICE", "INDEX", "UP", "SERVED", "MTU");
        devices.forEach(each -> table.row(
                each.path("name").asString(),
                each.path("index").asString(),
                each.path("isUp").asBoolean() ? "yes" : "no",
                each.path("isServed").asBoolean() ? "yes" : "no",
                each.path("mtu").asString()));
        return table.toString();
    }
}
