// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.PolicyPlane.ProgramSet;
import dev.weir.engine.policy.PolicyException;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The programs of policies that are linked with the data plane, each in a slot of its own.
///
/// For one thread at a time, without the engine's lock.
final class LinkedPrograms {
    private final Relay relay;
    private final PolicyPlane kernel;
    private final LaneClasses classes;
    private final Supplier<Set<Integer>> used;
    /// What is linked, by slot; no installed policy may need it any more.
    private final Map<Integer, ProgramVariant> programs = new HashMap<>();
    /// What [#programs] are linked into; null: no program has been needed yet.
    private @Nullable ProgramSet running;

    /// @param used gives the slots that installed policies need
    LinkedPrograms(Relay relay, PolicyPlane kernel, LaneClasses classes, Supplier<Set<Integer>> used) {
        this.relay = relay;
        this.kernel = kernel;
        this.classes = classes;
        this.used = used;
    }

    int slotFor(ProgramVariant variant) {
        Integer present = slotOf(variant);
        return present == null ? freeSlot() : present;
    }

    /// An object that is linked already is not linked again, but tried out all the same: the configuration is another one.
    void put(InstalledPolicy installed, ProgramVariant variant) {
        ProgramSet set = running;
        if (set == null || slotOf(variant) == null) {
            installed.programSwapped(link(installed, variant));
        } else {
            tryOut(set, installed, variant);
        }
    }

    private void tryOut(ProgramSet set, InstalledPolicy installed, ProgramVariant variant) {
        int slot = installed.programSlot;
        relay.locked(() -> kernel.putProgram(installed.index, variant, slot, set.looksAtObjects(slot)));
        String wrong = set.check(installed.index, variant, classes);
        if (!wrong.isEmpty()) {
            throw new PolicyException(wrong);
        }
    }

    private @Nullable Integer slotOf(ProgramVariant variant) {
        for (var entry : programs.entrySet()) {
            if (Arrays.equals(entry.getValue().object(), variant.object())) {
                return entry.getKey();
            }
        }
        return null;
    }

    private int freeSlot() {
        Set<Integer> taken = used.get();
        for (int slot = 1; slot <= kernel.programs(); slot++) {
            if (!taken.contains(slot)) {
                return slot;
            }
        }
        throw new PolicyException("There are " + kernel.programs()
                + " policy programs in the kernel already, and no room for another one; remove one that is not needed.");
    }

    /// Links the new program with all others that are needed, tries it out and puts the result in force.
    ///
    /// @return how long the last step took, nanoseconds
    private long link(InstalledPolicy installed, ProgramVariant variant) {
        var wanted = new HashMap<>(programs);
        wanted.keySet().retainAll(used.get());
        wanted.put(installed.programSlot, variant);
        ProgramSet set = kernel.link(wanted);
        boolean inForce = false;
        try {
            tryOut(set, installed, variant);
            long nanos = set.putInForce();
            inForce = true;
            running = set;
            programs.clear();
            programs.putAll(wanted);
            return nanos;
        } finally {
            if (!inForce) {
                set.discard();
            }
        }
    }
}
