// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;

/// Turns a missing requirement into a skip on a developer's machine and into a failure in CI, where less checking must not
/// look like success.
final class Requirement {
    private Requirement() {}

    static ConditionEvaluationResult result(@Nullable String missing) {
        return result(missing, "true".equals(System.getenv("CI")));
    }

    static ConditionEvaluationResult result(@Nullable String missing, boolean ci) {
        if (missing == null) {
            return ConditionEvaluationResult.enabled("everything required is there");
        }
        if (ci) {
            throw new TestkitException("CI must run this test, and cannot: " + missing);
        }
        return ConditionEvaluationResult.disabled(missing);
    }
}
