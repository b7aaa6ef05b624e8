// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `vp8-descriptor`: objects are VP8 RTP payloads (RFC 7741), without the RTP header; each lane class gets its number of temporal
/// layers. Kernel form: a program; drop reason `layer`.
public final class Vp8DescriptorProvider implements FanoutPolicyProvider<Vp8DescriptorProvider.Config> {
    /// @param defaultLayers temporal layers for lane classes that `layers` does not name, 0 to 256; all if not configured
    /// @param layers number of temporal layers by name of lane class, 0 to 256
    public record Config(@Nullable Integer defaultLayers, Map<String, Integer> layers) {
        /// @throws dev.weir.spi.PolicyConfigurationException if a number is out of range
        public Config {
            layers = Map.copyOf(layers);
            LayerLimits.of(defaultLayers, layers);
        }

        LayerLimits limits() {
            return LayerLimits.of(defaultLayers, layers);
        }
    }

    @Override
    public String name() {
        return "vp8-descriptor";
    }

    @Override
    public String description() {
        return "each lane class gets its number of VP8's temporal layers, read from the payload descriptor";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new Vp8Descriptor(config.limits());
    }
}
