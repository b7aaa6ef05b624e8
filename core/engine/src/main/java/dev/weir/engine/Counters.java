// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// Named counters of the user-space side; docs/reference/counters.md lists them. Thread-safe.
final class Counters {
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();

    void add(String name, long amount) {
        counters.computeIfAbsent(name, n -> new LongAdder()).add(amount);
    }

    void increment(String name) {
        add(name, 1);
    }

    long get(String name) {
        LongAdder counter = counters.get(name);
        return counter == null ? 0 : counter.sum();
    }

    Map<String, Long> snapshot() {
        var result = new TreeMap<String, Long>();
        counters.forEach((name, adder) -> result.put(name, adder.sum()));
        return result;
    }
}
