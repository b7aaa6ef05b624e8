// SPDX-License-Identifier: Apache-2.0
/// Peers on Kwik that do what a test tells them, and what no peer should: give no credit, acknowledge nothing, want no stream. Kwik is an
/// optional dependency: who uses this has it.
@NullMarked
package dev.weir.testkit.peer;

import org.jspecify.annotations.NullMarked;
