// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.shell;

import dev.weir.app.control.ControlClient;
import dev.weir.app.control.ControlException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import tools.jackson.databind.JsonNode;

/// What options can be, as the relay knows it: names of tracks, numbers of subscribers, and so on.
final class RelayValues {
    /// Where the values of an option come from.
    ///
    /// @param command what to ask the relay
    /// @param list part of the answer
    /// @param field of its elements; empty: the elements themselves
    private record Source(String command, String list, String field) {}

    private static final Map<String, Source> SOURCES = Map.of(
            "track", new Source("track list", "tracks", "name"),
            "tracks", new Source("track list", "tracks", "name"),
            "subscriber", new Source("subscriber list", "subscribers", "id"),
            "lane", new Source("lane list", "lanes", "id"),
            "connection", new Source("lane list", "lanes", "id"),
            "publisher", new Source("publisher list", "publishers", "id"),
            "policy", new Source("policy list", "policies", "name"),
            "class", new Source("class list", "classes", ""),
            "classes", new Source("class list", "classes", ""),
            "id", new Source("policy list", "assignments", "id"));

    /// Whoever pressed Tab waits for it.
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Path control;

    RelayValues(Path control) {
        this.control = control;
    }

    /// @param option its long name
    /// @return what it can be; none if the relay does not know, or does not answer
    List<String> of(String option) {
        Source source = SOURCES.get(option);
        if (source == null) {
            return List.of();
        }
        try {
            JsonNode list = ControlClient.call(control, source.command, Map.of(), PATIENCE).path(source.list);
            return StreamSupport.stream(list.spliterator(), false)
                    .map(each -> (source.field.isEmpty() ? each : each.path(source.field)).asString())
                    .distinct()
                    .toList();
        } catch (ControlException e) {
            return List.of(); // the command itself will say that nobody answers
        }
    }
}
