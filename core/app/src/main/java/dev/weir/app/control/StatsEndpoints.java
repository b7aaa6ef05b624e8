// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.control;

import dev.weir.quic.kwik.RelayServer;
import java.util.Map;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/// The commands about a relay's counters that its control socket knows.
public final class StatsEndpoints {
    private StatsEndpoints() {}

    /// What to give to [ControlServer#start].
    public static Map<String, Function<JsonNode, Object>> of(RelayServer relay) {
        return Map.of(
                "stats show", arguments -> Map.of("statistics", relay.statistics()),
                "stats audit", arguments -> relay.audit());
    }
}
