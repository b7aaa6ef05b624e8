// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.temporallayers;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `temporal-layers`: each lane class gets the lowest layers of a scalable encoding, as many as it is given. Kernel form:
/// tables; drop reason `layer`.
public final class TemporalLayersProvider implements FanoutPolicyProvider<TemporalLayersProvider.Config> {
    /// All layers: one more than the highest.
    static final int ALL_LAYERS = 256;
    /// What `weir publish --subgroups by-layer` writes: key frames, other reference frames, frames that no other one needs.
    static final List<Integer> BY_LAYER = List.of(64, 128, 192);

    /// What tells the layer of an object.
    public enum LayerSource {
        /// The publisher priority, in both delivery modes.
        PRIORITY,
        /// The subgroup ID of a stream; DATAGRAM objects have none, so their priority counts.
        SUBGROUP
    }

    /// @param defaultLayers layers for lane classes that `layers` does not name, 0 to 256; all of them if not configured
    /// @param layers number of layers by name of lane class, 0 to 256
    /// @param layerFrom what tells the layer; `PRIORITY` if not configured
    /// @param priorities growing numbers: objects of priorities up to the first one are layer 0, those up to the second
    /// layer 1, and so on; those beyond the last one are the layer after it. 64, 128, 192 if empty
    public record Config(
            @Nullable Integer defaultLayers,
            Map<String, Integer> layers,
            @Nullable LayerSource layerFrom,
            List<Integer> priorities) {
        /// @throws PolicyConfigurationException if a number is out of range, or the priorities do not grow
        public Config {
            defaultLayers = defaultLayers == null ? Integer.valueOf(ALL_LAYERS) : defaultLayers;
            layers = Map.copyOf(layers);
            layerFrom = layerFrom == null ? LayerSource.PRIORITY : layerFrom;
            priorities = priorities.isEmpty() ? BY_LAYER : List.copyOf(priorities);
            checkLayers(defaultLayers);
            layers.values().forEach(Config::checkLayers);
            checkPriorities(priorities);
        }

        private static void checkLayers(int count) {
            if (count < 0 || count > ALL_LAYERS) {
                throw new PolicyConfigurationException("temporal-layers cannot pass " + count
                        + " layers; write a number from 0 (nothing passes) to 256 (everything).");
            }
        }

        private static void checkPriorities(List<Integer> priorities) {
            int before = -1;
            for (int priority : priorities) {
                if (priority <= before || priority > 255) {
                    throw new PolicyConfigurationException("The priorities of temporal-layers must grow from layer to layer"
                            + " and be 0 to 255; " + priorities + " are not. Write for example 64, 128, 192.");
                }
                before = priority;
            }
        }

        int layerOf(int priority) {
            return (int) priorities.stream().filter(last -> last < priority).count();
        }
    }

    @Override
    public String name() {
        return "temporal-layers";
    }

    @Override
    public String description() {
        return "each lane class gets its number of layers";
    }

    @Override
    public Class<Config> configType() {
        return Config.class;
    }

    @Override
    public FanoutPolicy create(Config config) {
        var entries = MapEntries.builder().layers(config::layerOf).otherwise(Rule.all().layers(config.defaultLayers()));
        if (config.layerFrom() == LayerSource.SUBGROUP) {
            entries.layerIsSubgroup();
        }
        config.layers().forEach((laneClass, count) -> entries.rule(laneClass, Rule.all().layers(count)));
        return MapEntries.policy(entries.build());
    }
}
