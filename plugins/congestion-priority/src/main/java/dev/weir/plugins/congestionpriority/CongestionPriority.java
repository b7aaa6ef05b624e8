// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.congestionpriority;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import dev.weir.spi.plan.ProgramVariant;
import dev.weir.spi.plan.TestVector;
import java.util.List;
import java.util.Optional;

/// The policy. `congestion_priority.bpf.c` does the same, integer for integer; this is the specification of both. Numbers are
/// unsigned, except that times that have passed are differences and may be negative.
///
/// **Pressure**, 0 to 3, is the greatest of: how many of the three fills are exceeded by the share of the congestion window in
/// flight; queueing delay (3 above eight times what is tolerated, 2 above four times, 1 above), where at least half of the path's
/// own round-trip time, smoothed less queueing delay, is tolerated; jitter (1 above what is tolerated). It is 0 while nothing
/// is in flight: then there is no queue of this lane's, and what was measured is from before.
///
/// **Level**, 0 to 3, of the lane: goes up by one whenever pressure was above it for the onset, down by one whenever pressure was
/// below it for the recovery, and each time the waiting begins anew. Above level 0 the onset is four times as long, above level 1
/// sixteen times: what a level closes must have had the time to show, and each level costs the picture more than the one
/// before it. Level 0 has no limit of priority, the others have theirs.
///
/// **Verdict**, after the level has moved: priorities below the floor pass. Otherwise an object whose priority is not below the
/// level's limit is dropped (`congestion`); and one that is not more urgent than something dropped before, and comes
/// before decoding can start again, is dropped too (`gap`): it may depend on that, so a level that opens shows at
/// the next restart only.
///
/// **State.** Words of the lane: 0 the level; 1 since when pressure is above it, 2 since when below it, in nanoseconds, 0 if it is
/// not. `dropUntil` is the index behind the last object dropped; word 0 of the track is the most urgent priority dropped
/// before it, plus 1.
///
/// **Reconsidering** a stream that waits in user space, which moves nothing: it is given up if the level's limit says so, and under
/// any pressure if level 1's does. Levels move when streams begin, and the pressure may be younger than that.
final class CongestionPriority implements FanoutPolicy {
    static final List<String> REASONS = List.of("congestion", "gap");
    static final int LAST_LEVEL = 3;
    static final int NO_LIMIT = 256;

    /// Words of the lane.
    static final int LEVEL = 0;
    static final int ABOVE_SINCE = 1;
    static final int BELOW_SINCE = 2;
    /// Word of the track.
    static final int DROPPED = 0;

    private static final long PER_MILLE = 1_000;
    private static final Verdict CONGESTION = Verdict.drop(REASONS.get(0));
    private static final Verdict GAP = Verdict.drop(REASONS.get(1));

    private final Thresholds thresholds;

    CongestionPriority(Thresholds thresholds) {
        this.thresholds = thresholds;
    }

    @Override
    public ObjectFilter filter() {
        return new ObjectFilter() {
            @Override
            public Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
                int level = moveLevel(lane, state);
                return object.priority() < thresholds.alwaysBelow() ? Verdict.forward() : judge(object, level, state);
            }

            @Override
            public Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
                int limit = limit(Math.max(levelOf(state), Math.min(1, pressure(lane))));
                boolean passes = object.priority() < thresholds.alwaysBelow() || object.priority() < limit;
                return passes ? Verdict.forward() : CONGESTION;
            }
        };
    }

    private int limit(int level) {
        return level == 0 ? NO_LIMIT : thresholds.limits().get(level - 1);
    }

    private static int levelOf(LaneState state) {
        return (int) state.laneWord(LEVEL) & LAST_LEVEL;
    }

    private Verdict judge(FanoutObject object, int level, LaneState state) {
        long index = object.index().index();
        boolean inGap = Long.compareUnsigned(object.index().restart(), state.dropUntil()) < 0;
        long dropped = inGap ? state.word(DROPPED) : 0;
        boolean passes = object.priority() < limit(level);
        if (passes && (dropped == 0 || Long.compareUnsigned(object.priority() + 1, dropped) < 0)) {
            return Verdict.forward();
        }
        if (dropped == 0 || Long.compareUnsigned(object.priority() + 1, dropped) < 0) {
            state.word(DROPPED, object.priority() + 1);
        }
        long until = index == -1L ? index : index + 1;
        if (Long.compareUnsigned(until, state.dropUntil()) > 0) {
            state.dropUntil(until);
        }
        return passes ? GAP : CONGESTION;
    }

    private int moveLevel(LaneView lane, LaneState state) {
        int level = levelOf(state);
        int pressure = pressure(lane);
        long aboveSince = pressure > level ? since(state, ABOVE_SINCE, lane) : 0;
        long belowSince = pressure < level ? since(state, BELOW_SINCE, lane) : 0;
        if (pressure > level && lane.nowNanos() - aboveSince >= thresholds.onsetNanos() << 2 * level) {
            level++;
            aboveSince = 0;
        } else if (pressure < level && lane.nowNanos() - belowSince >= thresholds.recoveryNanos()) {
            level--;
            belowSince = 0;
        }
        state.laneWord(LEVEL, level);
        state.laneWord(ABOVE_SINCE, aboveSince);
        state.laneWord(BELOW_SINCE, belowSince);
        return level;
    }

    private static long since(LaneState state, int word, LaneView lane) {
        long since = state.laneWord(word);
        return since == 0 ? lane.nowNanos() : since;
    }

    int pressure(LaneView lane) {
        if (lane.bytesInFlight() == 0) {
            return 0;
        }
        int filled = fillPressure(lane);
        int delayed = delayPressure(lane);
        int jittered = Long.compareUnsigned(lane.jitterNanos(), thresholds.jitterNanos()) > 0 ? 1 : 0;
        return Math.max(Math.max(filled, delayed), jittered);
    }

    private int fillPressure(LaneView lane) {
        int pressure = 0;
        for (int perMille : thresholds.fills()) {
            if (Long.compareUnsigned(lane.bytesInFlight() * PER_MILLE, lane.congestionWindow() * perMille) > 0) {
                pressure++;
            }
        }
        return pressure;
    }

    private int delayPressure(LaneView lane) {
        long delay = lane.delayNanos();
        boolean isQueueOnly = Long.compareUnsigned(lane.smoothedRttNanos(), delay) <= 0;
        long ownHalf = isQueueOnly ? 0 : (lane.smoothedRttNanos() - delay) >>> 1;
        long tolerated = Long.compareUnsigned(ownHalf, thresholds.delayNanos()) > 0 ? ownHalf : thresholds.delayNanos();
        if (Long.compareUnsigned(delay >>> 3, tolerated) > 0) {
            return 3;
        }
        if (Long.compareUnsigned(delay >>> 2, tolerated) > 0) {
            return 2;
        }
        return Long.compareUnsigned(delay, tolerated) > 0 ? 1 : 0;
    }

    @Override
    public Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.of(new ProgramVariant(
                ProgramVariant.resource(CongestionPriority.class, "/bpf/congestion_priority.bpf.o"),
                thresholds.words(),
                REASONS,
                List.of(vector(64, 0, 0), vector(192, 0, 0), vector(192, 12_000, 0), vector(255, 12_000, 200_000_000))));
    }

    private TestVector vector(int priority, long bytesInFlight, long delay) {
        var media = new MediaObject("", 5, 0, 1, priority, DeliveryMode.DATAGRAM, 1_000, 1);
        var lane = new LaneView(
                1_000_000, LaneView.DEFAULT_CLASS, 128, 12_000, bytesInFlight, 0, 20_000_000 + delay, delay, 0, 0);
        return TestVector.of(this, media, new byte[0], lane);
    }
}
