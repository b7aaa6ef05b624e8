// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.Arrays;

/// A set of byte offsets, kept as sorted, disjoint, non-adjacent half-open ranges in one primitive array.
///
/// Not thread-safe. Adding and removing are linear in the number of ranges, which stays at one as long as nothing is lost.
final class RangeSet {
    private long[] bounds = new long[4];
    private int count;

    /// Number of disjoint ranges.
    int size() {
        return count;
    }

    boolean isEmpty() {
        return count == 0;
    }

    long start(int index) {
        return bounds[2 * index];
    }

    long end(int index) {
        return bounds[2 * index + 1];
    }

    /// One past the largest offset in the set, 0 if the set is empty.
    long highest() {
        return count == 0 ? 0 : bounds[2 * count - 1];
    }

    /// Number of offsets in the set.
    long total() {
        long sum = 0;
        for (int i = 0; i < count; i++) {
            sum += end(i) - start(i);
        }
        return sum;
    }

    void clear() {
        count = 0;
    }

    /// Adds all of `[from, to)`.
    void add(long from, long to) {
        if (from >= to) {
            return;
        }
        int first = 0;
        while (first < count && end(first) < from) {
            first++;
        }
        int last = first;
        long newFrom = from;
        long newTo = to;
        while (last < count && start(last) <= to) {
            newFrom = Math.min(newFrom, start(last));
            newTo = Math.max(newTo, end(last));
            last++;
        }
        replace(first, last, newFrom, newTo);
    }

    /// Adds what is in `[from, to)` but not in `except`.
    void addExcept(long from, long to, RangeSet except) {
        long at = from;
        for (int i = 0; i < except.count && at < to; i++) {
            if (except.end(i) <= at) {
                continue;
            }
            add(at, Math.min(to, except.start(i)));
            at = Math.max(at, except.end(i));
        }
        add(at, to);
    }

    /// Removes all of `[from, to)`.
    void remove(long from, long to) {
        if (from >= to) {
            return;
        }
        for (int i = 0; i < count; ) {
            long s = start(i);
            long e = end(i);
            if (e <= from) {
                i++;
            } else if (s >= to) {
                return;
            } else if (s < from && e > to) {
                bounds[2 * i + 1] = from;
                insert(i + 1, to, e);
                return;
            } else if (s < from) {
                bounds[2 * i + 1] = from;
                i++;
            } else if (e > to) {
                bounds[2 * i] = to;
                return;
            } else {
                removeAt(i, i + 1);
            }
        }
    }

    /// Whether every offset of `[from, to)` is in the set; true for an empty range.
    boolean contains(long from, long to) {
        if (from >= to) {
            return true;
        }
        for (int i = 0; i < count; i++) {
            if (start(i) <= from && end(i) >= to) {
                return true;
            }
        }
        return false;
    }

    private void replace(int first, int last, long from, long to) {
        if (last == first) {
            insert(first, from, to);
            return;
        }
        bounds[2 * first] = from;
        bounds[2 * first + 1] = to;
        removeAt(first + 1, last);
    }

    private void insert(int index, long from, long to) {
        if (2 * (count + 1) > bounds.length) {
            bounds = Arrays.copyOf(bounds, bounds.length * 2);
        }
        System.arraycopy(bounds, 2 * index, bounds, 2 * index + 2, 2 * (count - index));
        bounds[2 * index] = from;
        bounds[2 * index + 1] = to;
        count++;
    }

    private void removeAt(int first, int last) {
        if (first < last) {
            System.arraycopy(bounds, 2 * last, bounds, 2 * first, 2 * (count - last));
            count -= last - first;
        }
    }

    @Override
    public String toString() {
        var text = new StringBuilder("{");
        for (int i = 0; i < count; i++) {
            text.append(i == 0 ? "" : ", ").append(start(i)).append("..").append(end(i));
        }
        return text.append('}').toString();
    }
}
