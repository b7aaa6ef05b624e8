// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectFilter;
import dev.weir.spi.Verdict;

/// The rules of [MapEntries] in Java: integer for integer what `bpf/include/weir/table.h` does.
final class RuleFilter implements ObjectFilter {
    /// Lane words of the token bucket.
    private static final int FILLED_AT = 0;
    private static final int TOKENS = 1;
    private static final int SENT = 2;

    private static final long SECOND = 1_000_000_000L;
    /// A bucket is full after this long, whatever its size: keeps the product with the rate within 64 bits.
    private static final long LONGEST_REFILL = 4 * SECOND;

    private static final Verdict LAYER = Verdict.drop(MapEntries.REASONS.get(0));
    private static final Verdict GROUP = Verdict.drop(MapEntries.REASONS.get(1));
    private static final Verdict AGE = Verdict.drop(MapEntries.REASONS.get(2));
    private static final Verdict PRIORITY = Verdict.drop(MapEntries.REASONS.get(3));
    private static final Verdict BUDGET = Verdict.drop(MapEntries.REASONS.get(4));

    private final MapEntries entries;

    RuleFilter(MapEntries entries) {
        this.entries = entries;
    }

    @Override
    public Verdict decide(FanoutObject object, LaneView lane, LaneState state) {
        Rule rule = entries.rule(lane.laneClass());
        MediaObject media = object.media();
        if (object.content().layer() >= rule.layers()) {
            return LAYER;
        }
        if (Long.remainderUnsigned(media.group(), rule.groupStep()) != 0) {
            return GROUP;
        }
        if (isTooOld(rule, media, lane)) {
            return AGE;
        }
        if (object.priority() >= rule.limits().get(fill(lane))) {
            return PRIORITY;
        }
        return rule.bytesPerSecond() == 0 || affords(rule, object, lane, state) ? Verdict.forward() : BUDGET;
    }

    @Override
    public Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
        return isTooOld(entries.rule(lane.laneClass()), object.media(), lane) ? AGE : Verdict.forward();
    }

    private static boolean isTooOld(Rule rule, MediaObject media, LaneView lane) {
        long most = rule.maxAge().toNanos();
        return most != 0 && lane.nowNanos() - media.arrivedNanos() > most;
    }

    /// Sixteenths of the congestion window in flight, 0 to 15.
    private static int fill(LaneView lane) {
        if (lane.congestionWindow() == 0) {
            return Rule.STEPS - 1;
        }
        long sixteenths = Long.divideUnsigned(lane.bytesInFlight() * Rule.STEPS, lane.congestionWindow());
        return Long.compareUnsigned(sixteenths, Rule.STEPS - 1) > 0 ? Rule.STEPS - 1 : (int) sixteenths;
    }

    private static boolean affords(Rule rule, FanoutObject object, LaneView lane, LaneState state) {
        long tokens = refill(rule, lane, state);
        int size = object.media().mode() == DeliveryMode.DATAGRAM ? object.media().size() : 0;
        return tokens - size >= rule.burst() * object.priority() / 512;
    }

    private static long refill(Rule rule, LaneView lane, LaneState state) {
        long filledAt = state.laneWord(FILLED_AT);
        long elapsed = lane.nowNanos() - filledAt;
        long tokens;
        if (filledAt == 0 || elapsed < 0 || elapsed > LONGEST_REFILL) {
            tokens = rule.burst();
            filledAt = lane.nowNanos();
        } else {
            // Time moves on by whole bytes only, so that frequent questions lose nothing to rounding.
            long gained = Long.divideUnsigned(elapsed * rule.bytesPerSecond(), SECOND);
            tokens = state.laneWord(TOKENS) + gained - (lane.sentBytes() - state.laneWord(SENT));
            filledAt += Long.divideUnsigned(gained * SECOND, rule.bytesPerSecond());
            if (tokens >= rule.burst()) {
                tokens = rule.burst();
                filledAt = lane.nowNanos();
            }
        }
        state.laneWord(FILLED_AT, filledAt);
        state.laneWord(TOKENS, tokens);
        state.laneWord(SENT, lane.sentBytes());
        return tokens;
    }
}
