// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.MediaObject;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.PriorityAssigner;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/// Tables that the data plane's stock program interprets: no C, no compiler, in force within microseconds. They say how a
/// publisher priority becomes a layer and a priority, and what each lane class gets ([Rule]).
///
/// Its hooks are here as well ([#frames()], [#priorities()], [#filter()]), so a policy that is nothing but tables is
/// `return MapEntries.policy(entries)`.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made once by the policy; its hooks are good as long as it is.
///
/// **Failure.** A table with a value out of range is a [PolicyConfigurationException]; a rule for a lane class that the
/// relay does not have is one when the plan is asked for.
///
/// **Units and ranges.** Publisher priorities 0 to 255 are the index of both tables; layers and priorities are 0 to 255.
public final class MapEntries implements KernelPlan {
    /// Why the stock program drops an object, in the order in which it checks ([Rule]).
    public static final List<String> REASONS = List.of("layer", "group", "age", "priority", "budget");

    private static final int PRIORITIES = 256;
    private static final MapEntries PASS_ALL = builder().build();

    private final int[] layers;
    private final int[] priorities;
    private final boolean layerIsSubgroup;
    private final Rule otherwise;
    private final Map<String, Rule> rules;

    private MapEntries(Builder builder) {
        layers = builder.layers.clone();
        priorities = builder.priorities.clone();
        layerIsSubgroup = builder.layerIsSubgroup;
        otherwise = builder.otherwise;
        rules = Map.copyOf(builder.rules);
    }

    /// Everything to everybody.
    public static MapEntries passAll() {
        return PASS_ALL;
    }

    /// Begins with tables that let everything pass.
    public static Builder builder() {
        return new Builder();
    }

    /// A policy that consists of these tables.
    public static FanoutPolicy policy(MapEntries entries) {
        return new FanoutPolicy() {
            @Override
            public FrameParser frames() {
                return entries.frames();
            }

            @Override
            public PriorityAssigner priorities() {
                return entries.priorities();
            }

            @Override
            public ObjectFilter filter() {
                return entries.filter();
            }

            @Override
            public Optional<KernelPlan> plan(LaneClasses classes) {
                entries.rules.keySet().forEach(classes::number);
                return Optional.of(entries);
            }
        };
    }

    /// The layer that objects of a publisher priority have, 0 to 255.
    ///
    /// @param priority 0 to 255
    public int layer(int priority) {
        return layers[priority];
    }

    /// The priority that objects of a publisher priority get, 0 to 255.
    ///
    /// @param priority 0 to 255
    public int priority(int priority) {
        return priorities[priority];
    }

    /// Whether the layer of a subgroup stream is its subgroup ID, whatever its priority.
    public boolean layerIsSubgroup() {
        return layerIsSubgroup;
    }

    /// The rule of a lane class; one that has no rule of its own, known to the relay or not, gets that of [Builder#otherwise].
    public Rule rule(String laneClass) {
        return rules.getOrDefault(laneClass, otherwise);
    }

    /// The layer tables as a hook.
    public FrameParser frames() {
        return (object, payload) -> new FrameContent(layerOf(object), object.object() == 0);
    }

    private int layerOf(MediaObject object) {
        if (!layerIsSubgroup || object.mode() != DeliveryMode.STREAM) {
            return layers[object.priority()];
        }
        return Long.compareUnsigned(object.subgroup(), 255) > 0 ? 255 : (int) object.subgroup();
    }

    /// The priority table as a hook.
    public PriorityAssigner priorities() {
        return (object, content, index) -> priorities[object.priority()];
    }

    /// The rules as a hook.
    public ObjectFilter filter() {
        return new RuleFilter(this);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof MapEntries that
                && Arrays.equals(layers, that.layers)
                && Arrays.equals(priorities, that.priorities)
                && layerIsSubgroup == that.layerIsSubgroup
                && otherwise.equals(that.otherwise)
                && rules.equals(that.rules);
    }

    @Override
    public int hashCode() {
        return Objects.hash(Arrays.hashCode(layers), Arrays.hashCode(priorities), layerIsSubgroup, otherwise, rules);
    }

    /// Collects the tables. For one thread.
    public static final class Builder {
        private final int[] layers = new int[PRIORITIES];
        private final int[] priorities = new int[PRIORITIES];
        private boolean layerIsSubgroup;
        private Rule otherwise = Rule.all();
        private final Map<String, Rule> rules = new LinkedHashMap<>();

        private Builder() {
            Arrays.setAll(priorities, priority -> priority);
        }

        /// Says which layer each publisher priority stands for; without it all objects are of layer 0.
        ///
        /// @param layerOf from priority 0 to 255 to layer 0 to 255
        /// @throws PolicyConfigurationException if it gives another layer
        public Builder layers(IntUnaryOperator layerOf) {
            fill(layers, layerOf, "layer");
            return this;
        }

        /// Takes the subgroup ID of a stream for its layer; DATAGRAM objects have no subgroup and keep that of [#layers].
        public Builder layerIsSubgroup() {
            layerIsSubgroup = true;
            return this;
        }

        /// Says which priority each publisher priority becomes; without it each stays as it is.
        ///
        /// @param priorityOf from 0 to 255, to 0 to 255
        /// @throws PolicyConfigurationException if it gives another priority
        public Builder priorities(IntUnaryOperator priorityOf) {
            fill(priorities, priorityOf, "priority");
            return this;
        }

        private static void fill(int[] table, IntUnaryOperator function, String what) {
            for (int priority = 0; priority < PRIORITIES; priority++) {
                int value = function.applyAsInt(priority);
                if (value < 0 || value >= PRIORITIES) {
                    throw new PolicyConfigurationException("The " + what + " for publisher priority " + priority
                            + " is " + value + "; it must be 0 to 255.");
                }
                table[priority] = value;
            }
        }

        /// The rule of one lane class.
        public Builder rule(String laneClass, Rule rule) {
            rules.put(laneClass, rule);
            return this;
        }

        /// The rule of all other lane classes.
        public Builder otherwise(Rule rule) {
            otherwise = rule;
            return this;
        }

        /// The tables.
        public MapEntries build() {
            return new MapEntries(this);
        }
    }
}
