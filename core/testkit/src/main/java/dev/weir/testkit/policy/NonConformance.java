// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.plan.TestVector;
import java.util.List;

/// A policy does not conform; the message has the smallest sequence of questions that shows it, as Java text.
public final class NonConformance extends AssertionError {
    private static final long serialVersionUID = 1L;

    private final transient List<TestVector> steps;

    NonConformance(String message, List<TestVector> steps) {
        super(message);
        this.steps = List.copyOf(steps);
    }

    /// The questions in their order. What is expected is what Java answers; the last one shows the difference.
    public List<TestVector> steps() {
        return steps;
    }
}
