// SPDX-License-Identifier: Apache-2.0

/// MoQT draft-18 publisher and subscribers on quiche (through netty), which nobody here wrote: an
/// independent second opinion on every packet.
@NullMarked
package dev.weir.bench.peer;

import org.jspecify.annotations.NullMarked;
