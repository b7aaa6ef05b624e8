// SPDX-License-Identifier: Apache-2.0
/// A policy with a program of its own: configuration, state, two hooks, test vectors.
@NullMarked
package dev.weir.examples.lossguard;

import org.jspecify.annotations.NullMarked;
