// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.plan.LaneClasses;

/// What a policy's decisions cost in the kernel: the median over runs of 1024 different questions each, as the kernel measures
/// it. Each question includes a look at the object, which the data plane takes once per packet and not once per subscriber.
///
/// @param nanos of a question, nanoseconds
/// @param idleNanos of a question to a policy that decides nothing: the price of asking, which the data plane does not pay
public record DecisionCost(double nanos, double idleNanos) {
    private static final int CASES = 100_000;

    /// Measures a policy. Needs the privileges that BPF needs.
    ///
    /// @throws AssertionError if the policy does not conform: what it costs means nothing then
    public static DecisionCost of(FanoutPolicy policy, LaneClasses classes) {
        return PolicyConformance.of(policy, classes).cases(CASES).run().cost();
    }

    /// What the decision itself takes, nanoseconds.
    public double decisionNanos() {
        return Math.max(0, nanos - idleNanos);
    }

    @Override
    public String toString() {
        return "%.1f ns per decision (%.1f ns with asking)".formatted(decisionNanos(), nanos);
    }
}
