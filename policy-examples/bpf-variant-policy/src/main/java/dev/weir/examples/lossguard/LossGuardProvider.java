// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.lossguard;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/// `loss-guard`: while a subscriber loses packets, it gets only what is urgent. Kernel form: a program; [LossGuard] says what
/// it does.
public final class LossGuardProvider implements FanoutPolicyProvider<LossGuardProvider.Config> {
    private static final int USUAL_LIMIT = 128;
    private static final double USUAL_LOSS = 2;
    private static final Duration USUAL_HOLD = Duration.ofSeconds(2);
    private static final Duration LONGEST_HOLD = Duration.ofHours(1);
    private static final int PRIORITIES = 256;
    private static final int PER_MILLION_OF_PERCENT = 10_000;

    /// What `weir.policies.loss-guard.*` may say.
    ///
    /// @param limit 0 to 256: objects of priorities below it always pass; 128 if not configured
    /// @param lossPercent 0 to 100: share of packets lost above which the guard goes up; 2 if not configured
    /// @param hold how long it stays up after that, at most an hour; 2 s if not configured
    public record Config(@Nullable Integer limit, @Nullable Double lossPercent, @Nullable Duration hold) {
        /// @throws PolicyConfigurationException if a value is out of range
        public Config {
            limit = limit == null ? Integer.valueOf(USUAL_LIMIT) : limit;
            lossPercent = lossPercent == null ? Double.valueOf(USUAL_LOSS) : lossPercent;
            hold = hold == null ? USUAL_HOLD : hold;
            if (limit < 0 || limit > PRIORITIES) {
                throw new PolicyConfigurationException("The limit of loss-guard cannot be " + limit
                        + "; write a number from 0 (nothing passes while the guard is up) to 256 (everything does).");
            }
            if (!(lossPercent >= 0 && lossPercent <= 100)) {
                throw new PolicyConfigurationException(
                        "The loss-percent of loss-guard cannot be " + lossPercent + "; write a number from 0 to 100.");
            }
            if (hold.isNegative() || hold.compareTo(LONGEST_HOLD) > 0) {
                throw new PolicyConfigurationException(
                        "The hold of loss-guard cannot be " + hold + "; write a time from 0s to 1h, for example 2s.");
            }
        }

        int lossPerMillion() {
            return (int) Math.round(lossPercent * PER_MILLION_OF_PERCENT);
        }
    }

    @Override
    public String name() {
        return "loss-guard";
    }

    @Override
    public String description() {
        return "spares subscribers that lose packets what is not urgent";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new LossGuard(config.limit(), config.lossPerMillion(), config.hold().toNanos());
    }
}
