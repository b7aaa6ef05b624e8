// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.Policies.Account;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// What policies have decided that came into force one after the other in one place: the account outlives each of them, so that a
/// jar that is replaced takes nothing with it.
///
/// Guarded by the engine's lock; [Policies] reads and joins accounts for others.
public final class PolicyAccount {
    /// A number that goes up.
    static final class Count {
        private long value;

        void increment() {
            value++;
        }

        private void add(Count other) {
            value += other.value;
        }
    }

    final Count forwardedByKernel = new Count();
    final Count forwardedByUserSpace = new Count();
    final Count revoked = new Count();
    final Count failures = new Count();
    private final Map<String, Count> droppedByKernel = new TreeMap<>();
    private final Map<String, Count> droppedByUserSpace = new TreeMap<>();

    Count droppedByKernel(String reason) {
        return droppedByKernel.computeIfAbsent(reason, r -> new Count());
    }

    Count droppedByUserSpace(String reason) {
        return droppedByUserSpace.computeIfAbsent(reason, r -> new Count());
    }

    void add(PolicyAccount other) {
        forwardedByKernel.add(other.forwardedByKernel);
        forwardedByUserSpace.add(other.forwardedByUserSpace);
        revoked.add(other.revoked);
        failures.add(other.failures);
        other.droppedByKernel.forEach((reason, count) -> droppedByKernel(reason).add(count));
        other.droppedByUserSpace.forEach((reason, count) -> droppedByUserSpace(reason).add(count));
    }

    Account read() {
        return new Account(
                forwardedByKernel.value,
                forwardedByUserSpace.value,
                read(droppedByKernel),
                read(droppedByUserSpace),
                revoked.value,
                failures.value);
    }

    private static Map<String, Long> read(Map<String, Count> counts) {
        return counts.entrySet().stream()
                .filter(entry -> entry.getValue().value > 0)
                .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().value, Long::sum, TreeMap::new));
    }
}
