// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.ratebudget;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `rate-budget`: each subscriber of a lane class has a budget, a token bucket that all its packets empty; objects that the
/// bucket cannot pay for are dropped, the less urgent ones first, because up to half of the bucket is kept for more urgent ones.
/// Kernel form: tables; drop reason `budget`.
public final class RateBudgetProvider implements FanoutPolicyProvider<RateBudgetProvider.Config> {
    private static final Duration USUAL_BURST = Duration.ofMillis(500);
    /// The bucket's memory of idle time ends here ([Rule]).
    private static final Duration LONGEST_BURST = Duration.ofSeconds(4);
    /// A bucket smaller than this could never pay for a full packet beside the reserve of half of it.
    private static final long LEAST_BURST_BYTES = 4_096;
    private static final long BYTES_PER_KILOBIT = 125;
    private static final long MOST_KILOBITS = 32_000_000;

    /// Rates are in kilobits (1000 bits) per second, 0 to 32,000,000; 0 is no budget: everything passes.
    ///
    /// @param defaultKilobitsPerSecond of lane classes that `kilobitsPerSecond` does not name; no budget if not configured
    /// @param kilobitsPerSecond by name of lane class
    /// @param burst how long a subscriber may be sent at twice its rate after a quiet time: the bucket holds what its rate
    /// gives in this time, and 4,096 bytes at least; up to 4 s; 500 ms if not configured
    public record Config(
            long defaultKilobitsPerSecond, Map<String, Long> kilobitsPerSecond, @Nullable Duration burst) {
        /// @throws PolicyConfigurationException if a number is out of range
        public Config {
            kilobitsPerSecond = Map.copyOf(kilobitsPerSecond);
            burst = burst == null ? USUAL_BURST : burst;
            checkRate(defaultKilobitsPerSecond);
            kilobitsPerSecond.values().forEach(Config::checkRate);
            if (burst.isNegative() || burst.compareTo(LONGEST_BURST) > 0) {
                throw new PolicyConfigurationException(
                        "The burst of rate-budget cannot be " + burst + "; write a time from 0s to 4s, for example 500ms.");
            }
        }

        private static void checkRate(long kilobits) {
            if (kilobits < 0 || kilobits > MOST_KILOBITS) {
                throw new PolicyConfigurationException("rate-budget cannot keep to " + kilobits
                        + " kilobits per second; write a number from 0 (no budget) to 32000000.");
            }
        }

        Rule rule(long kilobits) {
            if (kilobits == 0) {
                return Rule.all();
            }
            long rate = kilobits * BYTES_PER_KILOBIT;
            return Rule.all().budget(rate, Math.max(LEAST_BURST_BYTES, rate * burst.toMillis() / 1000));
        }
    }

    @Override
    public String name() {
        return "rate-budget";
    }

    @Override
    public String description() {
        return "each subscriber has a budget of bytes per second, spent on what is most urgent";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        var entries = MapEntries.builder().otherwise(config.rule(config.defaultKilobitsPerSecond()));
        config.kilobitsPerSecond().forEach((laneClass, rate) -> entries.rule(laneClass, config.rule(rate)));
        return MapEntries.policy(entries.build());
    }
}
