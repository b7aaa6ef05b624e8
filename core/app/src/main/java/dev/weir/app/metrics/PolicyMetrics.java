// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import dev.weir.engine.policy.PolicyControl.Assignment;
import dev.weir.engine.policy.PolicyControl.Statistics;
import java.util.Map;
import java.util.TreeMap;

/// What each assignment's policy has decided, and how long it took to put it in force.
final class PolicyMetrics {
    private static final String VERDICTS = "weir_policy_verdicts_total";
    private static final String VERDICTS_HELP = "Verdicts of an assignment's policy since it came into force, one per object and subscriber; one that is dropped after it was let through counts as both.";
    private static final double NANOS = 1e9;
    /// Reasons of one policy and path that have a series of their own.
    private static final int MOST_REASONS = 16;

    private PolicyMetrics() {}

    static void add(Families into, RelayReading reading) {
        for (Assignment each : reading.assignments()) {
            into.gauge("weir_policy_swap_seconds", "How long putting an assignment in force took, from the first change in the kernel to the last.",
                    each.swapNanos() / NANOS,
                    "assignment", String.valueOf(each.id()), "policy", each.policy(), "form", each.form().isEmpty() ? "none" : each.form());
        }
        for (Statistics each : reading.statistics()) {
            forwarded(into, each, "kernel", each.forwardedByKernel());
            forwarded(into, each, "userspace", each.forwardedByUserSpace());
            dropped(into, each, "kernel", each.droppedByKernel());
            dropped(into, each, "userspace", each.droppedByUserSpace());
            into.counter("weir_policy_revoked_total", "Drops of user space that fell after the object had been let through.",
                    each.revoked(), "assignment", number(each), "policy", each.policy());
            into.counter("weir_policy_hook_failures_total", "Hooks of a policy that threw, so that the default was taken.",
                    each.failures(), "assignment", number(each), "policy", each.policy());
        }
    }

    private static String number(Statistics each) {
        return each.assignment() == Statistics.GONE ? "gone" : String.valueOf(each.assignment());
    }

    private static void forwarded(Families into, Statistics each, String path, long count) {
        into.counter(VERDICTS, VERDICTS_HELP, count, "assignment", number(each),
                "policy", each.policy(), "path", path, "verdict", "forwarded", "reason", "");
    }

    private static void dropped(Families into, Statistics each, String path, Map<String, Long> byReason) {
        int named = 0;
        for (Map.Entry<String, Long> entry : new TreeMap<>(byReason).entrySet()) {
            into.counter(VERDICTS, VERDICTS_HELP, entry.getValue(), "assignment", number(each),
                    "policy", each.policy(), "path", path, "verdict", "dropped",
                    "reason", named++ < MOST_REASONS ? entry.getKey() : "other");
        }
    }
}
