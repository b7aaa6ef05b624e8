// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import dev.weir.app.trace.QlogFolder;
import dev.weir.engine.RelayTracing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The commands about traces that a relay's control socket knows. One trace at a time; it ends by itself after the time it was
/// given.
public final class TraceEndpoints implements AutoCloseable {
    private static final long MEGABYTE = 1 << 20;

    private final RelayTracing tracing;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().name("weir-trace-end").factory());
    private @Nullable QlogFolder current;
    private @Nullable Future<?> ending;

    /// @param tracing of the relay
    public TraceEndpoints(RelayTracing tracing) {
        this.tracing = tracing;
    }

    /// What to give to [ControlServer#start].
    public Map<String, Function<JsonNode, Object>> commands() {
        var commands = new LinkedHashMap<String, Function<JsonNode, Object>>();
        commands.put("trace start", this::start);
        commands.put("trace stop", arguments -> Map.of("trace", stop()));
        return commands;
    }

    private synchronized Object start(JsonNode arguments) {
        if (current != null) {
            throw new ControlException("A trace is being written already, to " + current.summary().folder() + "; end it with 'trace stop'.");
        }
        Path folder = Path.of(arguments.path("folder").asString());
        long seconds = arguments.path("seconds").asLong();
        QlogFolder opened;
        try {
            opened = QlogFolder.open(folder, arguments.path("megabytes").asLong() * MEGABYTE);
        } catch (IOException e) {
            throw new ControlException("The trace cannot be written to " + folder + " (" + e.getMessage()
                    + "); name a new or empty folder that the relay may write to.", e);
        }
        try {
            tracing.start(opened, arguments.path("connection").isNumber() ? arguments.path("connection").asInt() : null);
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
        current = opened;
        ending = timer.schedule(() -> end(opened), seconds, TimeUnit.SECONDS);
        return Map.of("folder", folder.toString(), "seconds", seconds, "connections", opened.summary().connections());
    }

    private synchronized QlogFolder.Summary stop() {
        QlogFolder trace = current;
        if (trace == null) {
            throw new ControlException("No trace is being written; 'trace start' begins one, and it ends by itself after its time.");
        }
        if (ending != null) {
            ending.cancel(false);
        }
        end(trace);
        return trace.summary();
    }

    private synchronized void end(QlogFolder trace) {
        if (current == trace) {
            tracing.stop();
            trace.close();
            current = null;
        }
    }

    @Override
    public synchronized void close() {
        timer.shutdownNow();
        if (current != null) {
            end(current);
        }
    }
}
