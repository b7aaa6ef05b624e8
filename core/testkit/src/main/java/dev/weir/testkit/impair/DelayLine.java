// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/// One direction of a delayed path: what went in comes out later, on a clock that the caller brings.
///
/// @param <T> what is delayed
final class DelayLine<T> {
    /// So many may overtake one packet. QUIC stacks take what is more than 128 packet numbers behind for a duplicate (quiche does): a burst
    /// that overtakes one would lose it, and nobody would count that.
    static final int MOST_OVERTAKERS = 64;

    private final Supplier<Delay> delays;
    private final SplittableRandom random;
    private final PriorityQueue<Waiting<T>> queue = new PriorityQueue<>(
            Comparator.<Waiting<T>>comparingLong(Waiting::dueNanos).thenComparingLong(Waiting::ordinal));
    private final Deque<Waiting<T>> late = new ArrayDeque<>();
    private long lastDue = Long.MIN_VALUE;
    private long ordinal;
    private long overtaken;

    /// @param delays how long a packet takes that goes in now
    DelayLine(Supplier<Delay> delays, long seed) {
        this.delays = delays;
        this.random = new SplittableRandom(seed);
    }

    private record Waiting<T>(long dueNanos, long ordinal, T content) {}

    void add(T content, long nowNanos) {
        Delay delay = delays.get();
        long jitter = upTo(delay.jitter().toNanos());
        boolean isLate = random.nextDouble(100) < delay.reorderPercent();
        long extra = upTo(delay.reorderUpTo().toNanos());
        long inOrder = Math.max(lastDue, nowNanos + delay.fixed().toNanos() + jitter);
        var waiting = new Waiting<>(isLate ? inOrder + extra : inOrder, ordinal++, content);
        if (isLate) {
            overtaken++;
            late.add(waiting);
        } else {
            lastDue = inOrder;
        }
        queue.add(waiting);
        letGoWhomEnoughHaveOvertaken();
    }

    private void letGoWhomEnoughHaveOvertaken() {
        while (!late.isEmpty() && ordinal - late.getFirst().ordinal > MOST_OVERTAKERS) {
            Waiting<T> first = late.removeFirst();
            if (first.dueNanos > lastDue && queue.remove(first)) {
                queue.add(new Waiting<>(lastDue, first.ordinal, first.content));
            }
        }
    }

    private long upTo(long limit) {
        return limit == 0 ? 0 : random.nextLong(limit + 1);
    }

    /// @return what is due, in its new order
    List<T> take(long nowNanos) {
        var due = new ArrayList<T>();
        while (!queue.isEmpty() && queue.peek().dueNanos() <= nowNanos) {
            due.add(queue.remove().content());
        }
        return due;
    }

    /// @return when [#take] has something next; [Long#MAX_VALUE]: never
    long nextNanos() {
        return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().dueNanos();
    }

    long overtaken() {
        return overtaken;
    }
}
