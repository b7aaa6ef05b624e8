// SPDX-License-Identifier: Apache-2.0
/// An unkind network: loss, bursts, duplicates, damage and black holes by a seeded BPF program, delay and another order by a proxy.
@NullMarked
package dev.weir.testkit.impair;

import org.jspecify.annotations.NullMarked;
