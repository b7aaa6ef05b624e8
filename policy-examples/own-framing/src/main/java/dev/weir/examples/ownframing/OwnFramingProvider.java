// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import org.jspecify.annotations.Nullable;

/// `own-framing`: a subscriber starts at a snapshot, and details can be left out. [SnapshotPolicy] says how payloads are read.
public final class OwnFramingProvider implements FanoutPolicyProvider<OwnFramingProvider.Config> {
    /// @param highestLayer what is forwarded: 0 snapshots, 1 changes as well, 2 details as well; 2 if not configured
    public record Config(@Nullable Integer highestLayer) {
        /// @throws PolicyConfigurationException if there is no such layer
        public Config {
            highestLayer = highestLayer == null ? Integer.valueOf(SnapshotPolicy.DETAILS) : highestLayer;
            if (highestLayer < 0 || highestLayer > SnapshotPolicy.DETAILS) {
                throw new PolicyConfigurationException("The highest-layer of own-framing cannot be " + highestLayer
                        + "; write 0 for snapshots alone, 1 for changes as well, 2 for details as well.");
            }
        }
    }

    @Override
    public String name() {
        return "own-framing";
    }

    @Override
    public String description() {
        return "an example that reads payloads of its own format: starts at a snapshot, can leave details out";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new SnapshotPolicy(config.highestLayer());
    }
}
