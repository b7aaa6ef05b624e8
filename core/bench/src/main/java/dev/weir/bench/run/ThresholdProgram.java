// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import java.util.List;
import java.util.Optional;

/// The least that a program can decide: what the tables of priority-threshold do, with a limit that nothing reaches. Its cost is
/// that of asking a program at all.
final class ThresholdProgram implements FanoutPolicy {
    private static final long NO_LIMIT = 256;

    @Override
    public ObjectFilter filter() {
        return (object, lane, state) -> object.priority() < NO_LIMIT ? Verdict.forward() : Verdict.drop("priority");
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                PolicySource.compiled("threshold.bpf.c"), List.of(NO_LIMIT), List.of("priority"), List.of()));
    }
}
