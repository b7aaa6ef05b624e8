// SPDX-License-Identifier: Apache-2.0

/// The runs behind `./weir demo`, `bench path`, `publish` and `subscribe`, with their options.
@NullMarked
package dev.weir.bench.run;

import org.jspecify.annotations.NullMarked;
