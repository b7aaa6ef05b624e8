// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

/// What a policy compiles to: it may be kept, compared, and put in force any number of times.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Asked for when a policy is put in force, and again when the lane classes change; it outlives the policy
/// that made it.
///
/// **Failure.** A plan that the kernel refuses leaves the policy before it in force.
///
/// **Units and ranges.** In the two kinds of it.
public sealed interface KernelPlan permits MapEntries, ProgramVariant {}
