// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

import dev.weir.plugins.vp8descriptor.LayerLimits;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `rtp`: objects are RTP packets with VP8 or H.264; each lane class gets its number of layers. Kernel form: a program; drop
/// reason `layer`.
public final class RtpProvider implements FanoutPolicyProvider<RtpProvider.Config> {
    /// @param codec what the packets carry; `H264` if not configured
    /// @param defaultLayers layers for lane classes that `layers` does not name, 0 to 256; all if not configured
    /// @param layers number of layers by name of lane class, 0 to 256
    public record Config(@Nullable RtpCodec codec, @Nullable Integer defaultLayers, Map<String, Integer> layers) {
        /// @throws dev.weir.spi.PolicyConfigurationException if a number is out of range
        public Config {
            codec = codec == null ? RtpCodec.H264 : codec;
            layers = Map.copyOf(layers);
            LayerLimits.of(defaultLayers, layers);
        }

        LayerLimits limits() {
            return LayerLimits.of(defaultLayers, layers);
        }
    }

    @Override
    public String name() {
        return "rtp";
    }

    @Override
    public String description() {
        return "each lane class gets its number of layers of VP8 or H.264, read from RTP packets";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        return new Rtp(config.codec(), config.limits());
    }
}
