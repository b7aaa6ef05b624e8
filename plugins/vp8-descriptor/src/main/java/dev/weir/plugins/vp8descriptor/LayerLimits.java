// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.vp8descriptor;

import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.LaneClasses;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How many layers each lane class gets; the policies that parse frames have it in common (`layer_limits.h`).
///
/// @param otherwise layers of classes without an entry, 0 to 256
/// @param byClass layers by name of lane class, 0 to 256
public record LayerLimits(int otherwise, Map<String, Integer> byClass) {
    /// Why objects are dropped.
    public static final List<String> REASONS = List.of("layer");
    /// One more than the highest layer: everything passes.
    public static final int ALL = 256;

    private static final Verdict LAYER = Verdict.drop(REASONS.getFirst());

    /// @throws PolicyConfigurationException if a number is out of range
    public LayerLimits {
        byClass = Map.copyOf(byClass);
        check(otherwise);
        byClass.values().forEach(LayerLimits::check);
    }

    /// What a configuration says.
    ///
    /// @param defaultLayers layers of classes without an entry; null: all
    public static LayerLimits of(@Nullable Integer defaultLayers, Map<String, Integer> layers) {
        return new LayerLimits(defaultLayers == null ? ALL : defaultLayers, layers);
    }

    private static void check(int layers) {
        if (layers < 0 || layers > ALL) {
            throw new PolicyConfigurationException("A lane class cannot be given " + layers
                    + " layers; write a number from 0 (nothing passes) to 256 (everything).");
        }
    }

    /// Drops objects of layers from the lane class's number on.
    public ObjectFilter filter() {
        return (object, lane, state) ->
                object.content().layer() >= byClass.getOrDefault(lane.laneClass(), otherwise) ? LAYER : Verdict.forward();
    }

    /// The numbers as the program reads them: 16, by number of lane class.
    ///
    /// @throws PolicyConfigurationException if the relay lacks a class that is named here
    public List<Long> words(LaneClasses classes) {
        byClass.keySet().forEach(classes::number);
        List<String> names = classes.names();
        var words = new ArrayList<Long>();
        for (int number = 0; number < LaneClasses.MOST; number++) {
            int layers = number < names.size() ? byClass.getOrDefault(names.get(number), otherwise) : otherwise;
            words.add((long) layers);
        }
        return words;
    }
}
