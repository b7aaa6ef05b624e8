// SPDX-License-Identifier: Apache-2.0
/// The relay without its transports: tracks, subscriptions, lanes, the ledger, the object cache, completion.
///
/// One [dev.weir.engine.Relay] owns all state behind one lock. A QUIC connection is known only through the ports
/// [dev.weir.engine.QuicEndpoint] and [dev.weir.engine.RequestChannel], the kernel only through
/// [dev.weir.engine.DataPlane], time only through parameters: tests run it on simulated time without Kwik and without BPF.
@NullMarked
package dev.weir.engine;

import org.jspecify.annotations.NullMarked;
