// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.hello;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import org.jspecify.annotations.Nullable;

/// `hello`: a whole policy that runs in the kernel and needs no C. Objects of priorities below a limit pass, the others are
/// dropped.
public final class HelloPolicyProvider implements FanoutPolicyProvider<HelloPolicyProvider.Config> {
    /// @param limit 0 to 256: objects of priorities below it pass; 192 if not configured
    public record Config(@Nullable Integer limit) {
        /// @throws PolicyConfigurationException if the limit is out of range
        public Config {
            limit = limit == null ? Integer.valueOf(192) : limit;
            if (limit < 0 || limit > Rule.NO_LIMIT) {
                throw new PolicyConfigurationException(
                        "The limit of hello cannot be " + limit + "; write a number from 0 (nothing passes) to 256 (everything).");
            }
        }
    }

    @Override
    public String name() {
        return "hello";
    }

    @Override
    public String description() {
        return "drops objects from a priority on";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return MapEntries.policy(MapEntries.builder().otherwise(Rule.all().limit(config.limit())).build());
    }
}
