// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.LaneState;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/// Makes a difference as small as it goes: fewer questions first, then simpler ones.
final class Shrinker {
    private static final int MOST_TRIALS = 50_000;

    private final Comparison comparison;
    private Difference smallest;
    private int trials;

    private Shrinker(Comparison comparison, Difference found) {
        this.comparison = comparison;
        smallest = found;
    }

    /// @return the smallest difference that was found; the one given if it does not come up again
    static Difference shrink(Comparison comparison, Difference found) {
        var shrinker = new Shrinker(comparison, found);
        boolean isSmaller = shrinker.fails(found.sequence());
        while (isSmaller && shrinker.trials < MOST_TRIALS) {
            isSmaller = shrinker.shorten();
            isSmaller |= shrinker.startFresh();
            isSmaller |= shrinker.simplify();
        }
        return shrinker.smallest;
    }

    /// Tries a sequence, and keeps it if it shows a difference.
    private boolean fails(Sequence candidate) {
        trials++;
        Difference difference = comparison.first(List.of(candidate));
        if (difference == null) {
            return false;
        }
        smallest = difference;
        return true;
    }

    private boolean shorten() {
        boolean isShorter = false;
        for (int chunk = smallest.sequence().steps().size() / 2; chunk > 0; chunk /= 2) {
            for (int from = 0; from + chunk < smallest.sequence().steps().size(); ) {
                if (leaveOut(from, from + chunk)) {
                    isShorter = true;
                } else {
                    from += chunk;
                }
            }
        }
        return isShorter;
    }

    /// The last question stays: it is the one that shows the difference.
    private boolean leaveOut(int from, int to) {
        Sequence all = smallest.sequence();
        Sequence shorter = all.without(from, to);
        if (fails(shorter)) {
            return true;
        }
        Step next = all.steps().get(to);
        for (Step step : all.steps().subList(from, to)) {
            next = next.with(Field.ELAPSED, next.get(Field.ELAPSED) + step.get(Field.ELAPSED))
                    .with(Field.SENT, next.get(Field.SENT) + step.get(Field.SENT));
        }
        return fails(shorter.with(from, next));
    }

    private boolean startFresh() {
        Sequence all = smallest.sequence();
        boolean forgetsIndex = all.lastIndex() != LaneState.NONE && fails(new Sequence(LaneState.NONE, all.dropUntil(), all.steps()));
        Sequence rest = smallest.sequence();
        boolean forgetsDrop = rest.dropUntil() != 0 && fails(new Sequence(rest.lastIndex(), 0, rest.steps()));
        return forgetsIndex || forgetsDrop;
    }

    private boolean simplify() {
        boolean isSimpler = false;
        for (int number = 0; number < smallest.sequence().steps().size(); number++) {
            isSimpler |= simplifyPayload(number);
            for (Field field : Field.values()) {
                isSimpler |= simplify(number, field);
            }
        }
        return isSimpler;
    }

    private boolean simplify(int number, Field field) {
        boolean isSimpler = false;
        while (number < smallest.sequence().steps().size()) {
            Step step = smallest.sequence().steps().get(number);
            if (lower(step.get(field)).filter(field::admits).noneMatch(value -> failsWith(number, step.with(field, value)))) {
                break;
            }
            isSimpler = true;
        }
        return isSimpler;
    }

    private boolean simplifyPayload(int number) {
        boolean isSimpler = false;
        while (number < smallest.sequence().steps().size()) {
            Step step = smallest.sequence().steps().get(number);
            if (!cut(number, step) && !lowerByte(number, step)) {
                break;
            }
            isSimpler = true;
        }
        return isSimpler;
    }

    private boolean cut(int number, Step step) {
        byte[] bytes = step.payload();
        return lower(bytes.length).anyMatch(length -> failsWith(number, step.with(Arrays.copyOf(bytes, (int) length))));
    }

    private boolean lowerByte(int number, Step step) {
        for (int at = 0; at < step.payload().length; at++) {
            int index = at;
            if (lower(step.payload()[at] & 0xff).anyMatch(value -> {
                byte[] bytes = step.payload().clone();
                bytes[index] = (byte) value;
                return failsWith(number, step.with(bytes));
            })) {
                return true;
            }
        }
        return false;
    }

    private boolean failsWith(int number, Step step) {
        return trials < MOST_TRIALS && fails(smallest.sequence().with(number, step));
    }

    /// Lower values, the lowest first: 0, a half, three quarters and so on.
    private static LongStream lower(long value) {
        return LongStream.range(0, Long.SIZE - Long.numberOfLeadingZeros(value)).map(bits -> value - (value >>> bits));
    }
}
