// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.ControlException;
import dev.weir.app.control.ControlSockets;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
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
    /// @return the answer
    static JsonNode ask(
            PrintWriter output,
            @Nullable Path control,
            OutputFormat format,
            String command,
            Map<String, ?> arguments,
            Function<JsonNode, String> table) {
        JsonNode answer = asked(() -> ControlClient.call(socket(control), command, arguments));
        print(output, format, answer, () -> table.apply(answer));
        return answer;
    }

    /// The socket to ask.
    ///
    /// @param control what was named; null: the only one that there is
    static Path socket(@Nullable Path control) {
        return asked(() -> control == null ? ControlSockets.only() : control);
    }

    /// The answer of the relay.
    static JsonNode answer(Path socket, String command) {
        return asked(() -> ControlClient.call(socket, command, Map.of()));
    }

    private static <T> T asked(Supplier<T> question) {
        try {
            return question.get();
        } catch (ControlException e) {
            throw CommandFailedException.because(
                    e.getMessage() == null ? "the relay could not be asked" : e.getMessage(), e);
        }
    }

    /// Prints an answer as JSON, or as what a table makes of it.
    static void print(PrintWriter output, OutputFormat format, Object answer, Supplier<String> table) {
        output.println(format == OutputFormat.JSON ? JSON.writeValueAsString(answer) : table.get());
        output.flush();
    }

    /// The texts of a list.
    static String joined(JsonNode list, String separator) {
        return StreamSupport.stream(list.spliterator(), false).map(JsonNode::asString).collect(Collectors.joining(separator));
    }
}
