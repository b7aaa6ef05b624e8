// SPDX-License-Identifier: Apache-2.0
/// `./weir compare`: every combination of mode, path, subscribers, loss and delay, measured and drawn.
@NullMarked
package dev.weir.bench.compare;

import org.jspecify.annotations.NullMarked;
