// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

/// What a policy compiles to. A value: it may be kept, compared, and put in force any number of times.
public sealed interface KernelPlan permits MapEntries, ProgramVariant {}
