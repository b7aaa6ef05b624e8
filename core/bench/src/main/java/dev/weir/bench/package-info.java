// SPDX-License-Identifier: Apache-2.0

/// The load generator: MoQT peers on quiche, media and synthetic sources, reports, and the runs that the commands of
/// `./weir` start.
@NullMarked
package dev.weir.bench;

import org.jspecify.annotations.NullMarked;
