// SPDX-License-Identifier: Apache-2.0
@NullMarked
package dev.weir.bench.run;

import org.jspecify.annotations.NullMarked;
