// SPDX-License-Identifier: Apache-2.0
/// What a trace of a connection hears of its packets, the kernel's copies included.
@NullMarked
package dev.weir.engine.trace;

import org.jspecify.annotations.NullMarked;
