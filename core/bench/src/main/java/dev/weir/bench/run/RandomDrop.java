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

/// What a policy is measured against: drops each object (in STREAM mode each stream) with the same probability, whatever it is.
/// `random_drop.bpf.c` does the same in the kernel.
///
/// Word 0 of the track is the state of an xorshift generator (Marsaglia 2003, shifts 13, 7, 17), which begins with the seed; an
/// object is dropped if the upper half of the next state is below the share.
final class RandomDrop implements FanoutPolicy {
    private static final List<String> REASONS = List.of("random");
    private static final Verdict DROP = Verdict.drop(REASONS.getFirst());
    private static final double ALL = 1L << 32;

    private final long share;
    private final long seed;

    /// @param share of the objects to drop, 0 to 1
    /// @param seed not 0
    RandomDrop(double share, long seed) {
        this.share = Math.round(share * ALL);
        this.seed = seed;
    }

    @Override
    public ObjectFilter filter() {
        return (object, lane, state) -> {
            long x = state.word(0) == 0 ? seed : state.word(0);
            x ^= x << 13;
            x ^= x >>> 7;
            x ^= x << 17;
            state.word(0, x);
            return x >>> 32 < share ? DROP : Verdict.forward();
        };
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(PolicySource.compiled("random_drop.bpf.c"), List.of(share, seed), REASONS, List.of()));
    }
}
