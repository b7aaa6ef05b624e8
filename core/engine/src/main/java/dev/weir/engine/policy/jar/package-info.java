// SPDX-License-Identifier: Apache-2.0
/// Policies from jars in a folder: found, checked, loaded in class loaders of their own (PF4J), configured, watched.
@NullMarked
package dev.weir.engine.policy.jar;

import org.jspecify.annotations.NullMarked;
