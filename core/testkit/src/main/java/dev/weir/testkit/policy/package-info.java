// SPDX-License-Identifier: Apache-2.0

/// The conformance test of policies: what a policy's Java hooks and its kernel form answer to the same questions
/// ([dev.weir.testkit.policy.PolicyConformance]), and what its answers cost ([dev.weir.testkit.policy.DecisionCost]).
@NullMarked
package dev.weir.testkit.policy;

import org.jspecify.annotations.NullMarked;
