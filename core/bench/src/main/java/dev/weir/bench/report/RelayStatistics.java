// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The relay's counters by their stable names, from the file of `serve --stats`.
///
/// @param values by name
public record RelayStatistics(Map<String, Long> values) {
    private static final JsonMapper MAPPER = new JsonMapper();

    /// Sorts the names.
    public RelayStatistics {
        values = new TreeMap<>(values);
    }

    /// @param json a flat object of whole numbers
    /// @return the counters in it
    public static RelayStatistics ofJson(String json) {
        return new RelayStatistics(MAPPER.readValue(json, new TypeReference<Map<String, Long>>() {}));
    }

    /// @param name a counter
    /// @return its value; 0 if there is none of that name
    public long get(String name) {
        return values.getOrDefault(name, 0L);
    }

    /// @param prefix such as `dropped.`
    /// @return counters above 0 whose names begin with it, by the rest of their names
    public Map<String, Long> under(String prefix) {
        return values.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix) && entry.getValue() > 0)
                .collect(Collectors.toMap(
                        entry -> entry.getKey().substring(prefix.length()), Map.Entry::getValue, Long::sum, TreeMap::new));
    }

    /// @param earlier an earlier reading
    /// @return how much each counter has grown; the ones that have not are left out
    public RelayStatistics since(RelayStatistics earlier) {
        var grown = new TreeMap<String, Long>();
        values.forEach((name, value) -> {
            long difference = value - earlier.get(name);
            if (difference != 0) {
                grown.put(name, difference);
            }
        });
        return new RelayStatistics(grown);
    }
}
