// SPDX-License-Identifier: Apache-2.0
/// The engine's hold on the data plane in the kernel: what is written into its maps, and in which order.
@NullMarked
package dev.weir.engine.dataplane;

import org.jspecify.annotations.NullMarked;
