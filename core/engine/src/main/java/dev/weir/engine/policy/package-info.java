// SPDX-License-Identifier: Apache-2.0
/// Policies in the relay: which are there, which tracks and lanes each is assigned to, and how they come into force.
@NullMarked
package dev.weir.engine.policy;

import org.jspecify.annotations.NullMarked;
