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
/// flight; queueing delay (3 above six times what is tolerated, 2 above three times, 1 above), where at least half of the path's
/// own round-trip time, smoothed less queueing delay, is tolerated; jitter (1 above what is tolerated). It is 0 while nothing
/// is in flight: then there is no queue of this lane's, and what was measured is from before.
///
/// **Level**, 0 to 3, of the subscription. It goes up to what queueing delay alone says at once, for that is an average already;
/// and by one whenever pressure was above it for the onset, for a key frame can fill a window for a moment. Above level 0 the
/// onset is four times as long, above level 1 sixteen times: what a level closes must have had the time to show, and each level
/// costs the picture more than the one before it. It goes down to what the pressure would be if everything measured were twice as
/// much, if that is less; so a level that has just been closed is not opened by the first good moment. Level 0 has no limit
/// of priority, the others have theirs.
///
/// **Verdict.** Priorities below the floor pass, and move nothing. Otherwise the level moves; then an object whose priority is
/// not below the level's limit is dropped (`congestion`); and one that is not more urgent than something dropped before, and
/// comes before decoding can start again, is dropped too (`gap`): it may depend on that, so a level that opens shows at the next
/// restart only.
///
/// **State.** Words of the track, where the relay's own are as well, so that a decision needs no further cache line: 0 the most
/// urgent priority dropped before `dropUntil`, plus 1; 1 the level in the two lowest bits, above them since when pressure is
/// above it in nanoseconds, 0 if it is not. `dropUntil` is the index behind the last object dropped.
///
/// **Streams that have begun**, where nothing is moved. One that waits in user space is given up if the level's limit or that of
/// queueing delay says so, and under any pressure if level 1's does. One that goes on is ended where the limit of queueing delay
/// says so; what its subscriber has of it until then is of use.
final class CongestionPriority implements FanoutPolicy {
    static final List<String> REASONS = List.of("congestion", "gap");
    static final int LAST_LEVEL = 3;
    static final int NO_LIMIT = 256;

    /// Words of the track.
    static final int DROPPED = 0;
    static final int LEVEL = 1;

    private static final int LEVEL_BITS = 2;
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
                return isBelowFloor(object) ? Verdict.forward() : judge(object, moveLevel(lane, state), state);
            }

            @Override
            public Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
                int level = Math.max(levelOf(state), Math.min(1, pressure(lane, 0)));
                return giveUp(object, Math.max(level, delayPressure(lane, 0)));
            }

            @Override
            public Verdict interrupt(FanoutObject object, LaneView lane, LaneState state) {
                return giveUp(object, delayPressure(lane, 0));
            }
        };
    }

    private boolean isBelowFloor(FanoutObject object) {
        return object.priority() < thresholds.alwaysBelow();
    }

    private Verdict giveUp(FanoutObject object, int level) {
        return isBelowFloor(object) || object.priority() < limit(level) ? Verdict.forward() : CONGESTION;
    }

    private int limit(int level) {
        return level == 0 ? NO_LIMIT : thresholds.limits().get(level - 1);
    }

    static int levelOf(LaneState state) {
        return (int) state.word(LEVEL) & LAST_LEVEL;
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
        long word = state.word(LEVEL);
        int level = (int) word & LAST_LEVEL;
        int pressure = pressure(lane, 0);
        long since = 0;
        if (pressure > level) {
            int delayed = delayPressure(lane, 0);
            since = word >>> LEVEL_BITS == 0 ? lane.nowNanos() << LEVEL_BITS : word & ~LAST_LEVEL;
            boolean lasts = (lane.nowNanos() << LEVEL_BITS) - since >> LEVEL_BITS >= thresholds.onsetNanos() << 2 * level;
            if (delayed > level || lasts) {
                level = Math.max(delayed, level + 1);
                since = 0;
            }
        } else if (pressure < level) {
            level = Math.min(level, pressure(lane, 1));
        }
        if (word != (since | level)) {
            state.word(LEVEL, since | level);
        }
        return level;
    }

    /// @param doublings how often what was measured is doubled
    int pressure(LaneView lane, int doublings) {
        if (lane.bytesInFlight() == 0) {
            return 0;
        }
        int jittered = Long.compareUnsigned(lane.jitterNanos(), thresholds.jitterNanos() >>> doublings) > 0 ? 1 : 0;
        return Math.max(Math.max(fillPressure(lane, doublings), delayPressure(lane, doublings)), jittered);
    }

    private int fillPressure(LaneView lane, int doublings) {
        long inFlight = lane.bytesInFlight() * PER_MILLE << doublings;
        int pressure = 0;
        for (int perMille : thresholds.fills()) {
            if (Long.compareUnsigned(inFlight, lane.congestionWindow() * perMille) <= 0) {
                break;
            }
            pressure++;
        }
        return pressure;
    }

    private int delayPressure(LaneView lane, int doublings) {
        long delay = lane.delayNanos();
        if (lane.bytesInFlight() == 0) {
            return 0;
        }
        boolean isQueueOnly = Long.compareUnsigned(lane.smoothedRttNanos(), delay) <= 0;
        long ownHalf = isQueueOnly ? 0 : (lane.smoothedRttNanos() - delay) >>> 1;
        long most = Long.compareUnsigned(ownHalf, thresholds.delayNanos()) > 0 ? ownHalf : thresholds.delayNanos();
        long tolerated = most >>> doublings;
        if (isAboveThrice(delay >>> 1, tolerated)) {
            return 3;
        }
        if (isAboveThrice(delay, tolerated)) {
            return 2;
        }
        return Long.compareUnsigned(delay, tolerated) > 0 ? 1 : 0;
    }

    /// Without a product that could be too large.
    private static boolean isAboveThrice(long value, long limit) {
        return Long.compareUnsigned(value, limit) > 0 && Long.compareUnsigned(value - limit >>> 1, limit) > 0;
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
