// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.prioritythreshold;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `priority-threshold`: each lane class has a limit, and gets the objects whose publisher priority is below it (more urgent).
/// Kernel form: tables; drop reason `priority`.
public final class PriorityThresholdProvider implements FanoutPolicyProvider<PriorityThresholdProvider.Config> {
    /// Limits are `none`, `low`, `high` or a number, as [PriorityLimit] says.
    ///
    /// @param defaultLimit of lane classes that `limits` does not name; `none` if not configured
    /// @param limits by name of lane class
    public record Config(@Nullable String defaultLimit, Map<String, String> limits) {
        /// @throws dev.weir.spi.PolicyConfigurationException if a limit is none of these
        public Config {
            defaultLimit = defaultLimit == null ? PriorityLimit.NOTHING_DROPPED : defaultLimit;
            limits = Map.copyOf(limits);
            PriorityLimit.parse(defaultLimit);
            limits.values().forEach(PriorityLimit::parse);
        }
    }

    @Override
    public String name() {
        return "priority-threshold";
    }

    @Override
    public String description() {
        return "each lane class gets the objects whose priority is below its limit";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        var entries = MapEntries.builder().otherwise(rule(config.defaultLimit()));
        config.limits().forEach((laneClass, limit) -> entries.rule(laneClass, rule(limit)));
        return MapEntries.policy(entries.build());
    }

    private static Rule rule(String limit) {
        return Rule.all().limit(PriorityLimit.parse(limit));
    }
}
