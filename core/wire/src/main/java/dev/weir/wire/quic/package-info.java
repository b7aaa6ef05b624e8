// SPDX-License-Identifier: Apache-2.0
/// QUIC version 1 without input or output: variable-length integers, frames, 1-RTT packet protection. Written from the
/// RFCs, as the oracle that the data plane is tested against.
@NullMarked
package dev.weir.wire.quic;

import org.jspecify.annotations.NullMarked;
