// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import dev.weir.kernel.KernelFeatures;
import dev.weir.kernel.UnsupportedKernelException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;

/// See [RequiresBpf].
final class BpfCondition implements ExecutionCondition {
    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return Requirement.result(missing());
    }

    private static @Nullable String missing() {
        try {
            KernelFeatures.requireDataPlane();
            return null;
        } catch (UnsupportedKernelException e) {
            return e.getMessage();
        }
    }
}
