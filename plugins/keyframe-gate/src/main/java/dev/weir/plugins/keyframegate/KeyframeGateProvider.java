// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.keyframegate;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import org.jspecify.annotations.Nullable;

/// `keyframe-gate`: a subscriber starts at an independent object, and once the gate has dropped an object for want of room,
/// all that depend on it are dropped as well. Kernel form: a program; [KeyframeGate] says what it does.
public final class KeyframeGateProvider implements FanoutPolicyProvider<KeyframeGateProvider.Config> {
    private static final double USUAL_SHARE = 0.9;
    private static final int PER_MILLE = 1_000;

    /// @param share share of the congestion window, 0 to 1: while more than that is in flight, objects above the base layer are
    /// dropped; 0.9 if not configured
    public record Config(@Nullable Double share) {
        /// @throws PolicyConfigurationException if the share is out of range
        public Config {
            share = share == null ? Double.valueOf(USUAL_SHARE) : share;
            if (!(share >= 0 && share <= 1)) {
                throw new PolicyConfigurationException(
                        "The share of keyframe-gate cannot be " + share + "; write a number from 0 to 1, for example 0.9.");
            }
        }

        int sharePerMille() {
            return (int) Math.round(share * PER_MILLE);
        }
    }

    @Override
    public String name() {
        return "keyframe-gate";
    }

    @Override
    public String description() {
        return "starts at a key frame, and drops what depends on something it dropped";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new KeyframeGate(config.sharePerMille());
    }
}
