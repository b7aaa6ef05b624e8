// SPDX-License-Identifier: Apache-2.0
/// How the kernel does what a policy's hooks say: tables for the data plane's stock program
/// ([dev.weir.spi.plan.MapEntries]), or a BPF object of the policy's own ([dev.weir.spi.plan.ProgramVariant]).
@NullMarked
package dev.weir.spi.plan;

import org.jspecify.annotations.NullMarked;
