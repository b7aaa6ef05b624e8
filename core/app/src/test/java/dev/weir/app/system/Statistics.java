// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import java.nio.file.Path;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads the file that `serve --stats` keeps.
///
/// @param file the file
record Statistics(Path file) {
    private static final JsonMapper JSON = new JsonMapper();

    /// @return the counter's current value; 0 as long as it is not in the file
    long get(String counter) {
        JsonNode value = JSON.readTree(file.toFile()).path(counter);
        return value.asLong(0);
    }
}
