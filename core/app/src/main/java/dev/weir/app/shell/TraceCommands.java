// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.shell.core.command.CommandContext;
import org.springframework.shell.core.command.annotation.Command;
import org.springframework.shell.core.command.annotation.Option;
import org.springframework.stereotype.Component;

/// `trace …`: what goes over a running relay's connections, packet by packet, for qvis.
@Component
class TraceCommands {
    private static final String GROUP = "Kernel";
    private static final int LONGEST_SECONDS = 3600;
    private static final int MOST_MEGABYTES = 100_000;

    @Command(name = "trace start", group = GROUP,
            description = "Writes a qlog file for each connection of a running relay, the kernel's copies included; qvis.quictools.info shows them.")
    void start(
            CommandContext context,
            @Option(longName = "folder", required = true, description = "a new or empty folder that the relay may write to") Path folder,
            @Option(longName = "connection", description = "only this subscriber or publisher, as the lists number them; without it all")
                    @Nullable Integer connection,
            @Option(longName = "seconds", defaultValue = "60", description = "ends by itself after this many seconds, 1 to 3600") Integer seconds,
            @Option(longName = "megabytes", defaultValue = "256", description = "most that is written, all files together, 1 to 100000")
                    Integer megabytes,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        require("--seconds", seconds, LONGEST_SECONDS);
        require("--megabytes", megabytes, MOST_MEGABYTES);
        var arguments = new HashMap<String, Object>(
                Map.of("folder", folder.toAbsolutePath().toString(), "seconds", seconds, "megabytes", megabytes));
        if (connection != null) {
            arguments.put("connection", connection);
        }
        RunningRelay.ask(context.outputWriter(), control, output, "trace start", arguments,
                answer -> "tracing " + answer.path("connections").asString() + " connections to " + answer.path("folder").asString()
                        + ", for at most " + seconds + " s; 'trace stop' ends it");
    }

    private static void require(String option, int value, int most) {
        if (value < 1 || value > most) {
            throw new UsageException(option + " takes 1 to " + most + ", not " + value + ".");
        }
    }

    @Command(name = "trace stop", group = GROUP, description = "Ends the trace of a running relay and closes its files.")
    void stop(
            CommandContext context,
            @Option(longName = "output", defaultValue = "table", description = RunningRelay.OUTPUT) OutputFormat output,
            @Option(longName = "relay-control", description = RunningRelay.CONTROL) @Nullable Path control) {
        RunningRelay.ask(context.outputWriter(), control, output, "trace stop", Map.of(), answer -> {
            var trace = answer.path("trace");
            return trace.path("events").asString() + " events of " + trace.path("connections").asString() + " connections are in "
                    + trace.path("folder").asString() + "; " + trace.path("leftOut").asString() + " were left out";
        });
    }
}
