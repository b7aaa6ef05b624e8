// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.lossguard;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.FrameParser;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.PriorityAssigner;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.List;
import java.util.Optional;

/// The guard. `loss_guard.bpf.c` does the same, integer for integer; this is the specification of both.
///
/// **What an object is.** Independent is the first object of a group's first subgroup (a DATAGRAM object counts as of subgroup
/// 0); its priority becomes 0. Others keep the publisher's.
///
/// **What is dropped.** Whenever more than the configured share of a subscriber's packets is lost, the guard is up for the
/// configured time from then on. While it is up, objects of priorities from the limit on are dropped (`loss`).
///
/// **State.** Lane word 0 is until when the guard is up, CLOCK_MONOTONIC in nanoseconds: one for all tracks of a subscriber.
final class LossGuard implements FanoutPolicy {
    static final List<String> REASONS = List.of("loss");

    private static final int UNTIL = 0;
    private static final Verdict LOSS = Verdict.drop(REASONS.getFirst());

    private final int limit;
    private final int lossPerMillion;
    private final long holdNanos;

    /// @param limit priorities below it always pass, 0 to 256
    /// @param lossPerMillion the guard goes up above it, 0 to 1,000,000
    /// @param holdNanos how long it stays up, nanoseconds
    LossGuard(int limit, int lossPerMillion, long holdNanos) {
        this.limit = limit;
        this.lossPerMillion = lossPerMillion;
        this.holdNanos = holdNanos;
    }

    @Override
    public FrameParser frames() {
        return (object, payload) -> new FrameContent(0, object.object() == 0 && object.subgroup() == 0);
    }

    @Override
    public PriorityAssigner priorities() {
        return (object, content, index) -> content.independent() ? 0 : object.priority();
    }

    @Override
    public ObjectFilter filter() {
        return this::decide;
    }

    private Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
        if (lane.lossPerMillion() > lossPerMillion) {
            state.laneWord(UNTIL, lane.nowNanos() + holdNanos);
        }
        boolean isUp = Long.compareUnsigned(state.laneWord(UNTIL), lane.nowNanos()) > 0;
        return object.priority() >= limit && isUp ? LOSS : Verdict.forward();
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(LossGuard.class, "/bpf/loss_guard.bpf.o"),
                List.of((long) limit, (long) lossPerMillion, holdNanos),
                REASONS,
                List.of(
                        vector(0, 255, lossPerMillion + 1),
                        vector(1, 255, lossPerMillion),
                        vector(1, 255, lossPerMillion + 1),
                        vector(1, 0, lossPerMillion + 1))));
    }

    /// The answer is that of the hooks above, whatever is configured.
    private TestVector vector(long object, int priority, int loss) {
        var media = new MediaObject("", 7, 0, object, priority, DeliveryMode.DATAGRAM, 1_000, 1_000);
        var lane = new LaneView(2_000, LaneView.DEFAULT_CLASS, 128, 12_000, 6_000, 0, 20_000_000, 0, 0, loss);
        return TestVector.of(this, media, new byte[0], lane);
    }
}
