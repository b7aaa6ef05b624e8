// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.weir.bench.compare;

import org.jspecify.annotations.NullMarked;
