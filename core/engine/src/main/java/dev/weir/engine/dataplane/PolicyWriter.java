// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.Policy;
import dev.weir.abi.PolicyFlag;
import dev.weir.abi.PolicyKind;
import dev.weir.abi.PolicyRule;
import dev.weir.abi.WeirConfig;
import dev.weir.abi.WeirLimit;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.Rule;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Writes `struct policy`: what a plan becomes in the kernel's map. The caller sees to it that no lane list names the entry.
public final class PolicyWriter {
    private PolicyWriter() {}

    /// The entry of a policy that the kernel leaves to user space.
    public static void defer(MemorySegment policy) {
        policy.fill((byte) 0);
    }

    /// The entry of tables.
    ///
    /// @param policy an element of the map `policies`
    public static void tables(MemorySegment policy, MapEntries entries, LaneClasses classes) {
        policy.fill((byte) 0);
        Policy.flags(policy, entries.layerIsSubgroup() ? PolicyFlag.LAYER_IS_SUBGROUP.value : 0);
        for (int priority = 0; priority < 256; priority++) {
            Policy.layers(policy, priority, (byte) entries.layer(priority));
            Policy.priorities(policy, priority, (byte) entries.priority(priority));
        }
        List<String> names = classes.names();
        for (int number = 0; number < WeirLimit.LANE_CLASSES; number++) {
            // Classes that the relay does not have cannot come up; their rules are those of a class without a rule.
            String name = number < names.size() ? names.get(number) : "";
            rule(Policy.rules(policy, number), entries.rule(name));
        }
        Policy.kind(policy, PolicyKind.TABLE.value);
    }

    private static void rule(MemorySegment to, Rule rule) {
        PolicyRule.layers(to, rule.layers());
        PolicyRule.groupStep(to, rule.groupStep());
        PolicyRule.maxAgeNs(to, rule.maxAge().toNanos());
        PolicyRule.bytesPerSecond(to, rule.bytesPerSecond());
        PolicyRule.burst(to, rule.burst());
        for (int step = 0; step < Rule.STEPS; step++) {
            PolicyRule.limits(to, step, rule.limits().get(step).shortValue());
        }
    }

    /// The entry of a program.
    ///
    /// @param policy an element of the map `policies`
    /// @param slot the program's number among those linked, 1 to 8
    /// @param looksAtObjects whether its object has a WEIR_OBJECT
    public static void program(MemorySegment policy, ProgramVariant variant, int slot, boolean looksAtObjects) {
        policy.fill((byte) 0);
        Policy.program(policy, slot);
        Policy.flags(policy, looksAtObjects ? PolicyFlag.LOOKS_AT_OBJECTS.value : 0);
        MemorySegment config = Policy.config(policy);
        for (int word = 0; word < variant.config().size(); word++) {
            WeirConfig.words(config, word, variant.config().get(word));
        }
        Policy.kind(policy, PolicyKind.PROGRAM.value);
    }
}
