// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.ControlException;
import dev.weir.app.control.ControlSockets;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/// The relay that a command is about, and how its answers are printed.
final class RunningRelay {
    static final String CONTROL = "control socket of the relay; without it the only one that runs here";
    static final String OUTPUT = "columns for people, or JSON for programs";

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private RunningRelay() {}

    /// Asks the relay and prints the answer.
    ///
    /// @param table makes text of the answer
    static void ask(
            PrintWriter output,
            @Nullable Path control,
            OutputFormat format,
            String command,
            Map<String, ?> arguments,
            Function<JsonNode, String> table) {
        try {
            JsonNode answer = ControlClient.call(control == null ? ControlSockets.only() : control, command, arguments);
            output.println(format == OutputFormat.JSON ? JSON.writeValueAsString(answer) : table.apply(answer));
            output.flush();
        } catch (ControlException e) {
            throw CommandFailedException.because(
                    e.getMessage() == null ? "the relay could not be asked" : e.getMessage(), e);
        }
    }
}
