// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.latestonly;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `latest-only`: objects that the relay received longer ago than a time of the lane class are not sent any more, and subgroup
/// streams that wait for so long are reset. Kernel form: tables; drop reason `age`.
public final class LatestOnlyProvider implements FanoutPolicyProvider<LatestOnlyProvider.Config> {
    private static final Duration USUAL_AGE = Duration.ofMillis(500);
    private static final Duration GREATEST_AGE = Duration.ofHours(24);

    /// Ages are 0 s to 24 h; 0 s is any age: everything passes.
    ///
    /// @param defaultMaxAge of lane classes that `maxAge` does not name; 500 ms if not configured
    /// @param maxAge by name of lane class
    public record Config(@Nullable Duration defaultMaxAge, Map<String, Duration> maxAge) {
        /// @throws PolicyConfigurationException if an age is out of range
        public Config {
            defaultMaxAge = defaultMaxAge == null ? USUAL_AGE : defaultMaxAge;
            maxAge = Map.copyOf(maxAge);
            checkAge(defaultMaxAge);
            maxAge.values().forEach(Config::checkAge);
        }

        private static void checkAge(Duration age) {
            if (age.isNegative() || age.compareTo(GREATEST_AGE) > 0) {
                throw new PolicyConfigurationException("latest-only cannot take " + age
                        + " for an age; write a time from 0s (any age passes) to 24h, for example 500ms.");
            }
        }
    }

    @Override
    public String name() {
        return "latest-only";
    }

    @Override
    public String description() {
        return "objects older than a time of the lane class are not sent any more";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        var entries = MapEntries.builder().otherwise(Rule.all().maxAge(config.defaultMaxAge()));
        config.maxAge().forEach((laneClass, age) -> entries.rule(laneClass, Rule.all().maxAge(age)));
        return MapEntries.policy(entries.build());
    }
}
