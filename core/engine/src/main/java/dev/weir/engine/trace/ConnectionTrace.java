// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.trace;

import java.util.List;

/// Hears of the packets of one connection. Called on many threads, partly under the engine's lock: it must not wait.
///
/// Times are CLOCK_MONOTONIC in nanoseconds.
public interface ConnectionTrace {
    /// Opens traces of connections.
    interface Opener {
        /// A connection is to be traced.
        ///
        /// @param id number of the connection
        /// @param address address and port of its peer
        ConnectionTrace open(int id, String address);
    }

    /// A packet was sent.
    ///
    /// @param byKernel whether the kernel made it
    /// @param type `initial`, `handshake` or `1RTT`
    /// @param bytes of the UDP payload
    void sent(boolean byKernel, String type, long number, long nanos, int bytes, List<TraceFrame> frames);

    /// A packet was received; [#sent] says what the parameters are.
    void received(String type, long number, long nanos, int bytes, List<TraceFrame> frames);

    /// A packet was declared lost.
    ///
    /// @param byKernel whether the kernel had made it
    void lost(boolean byKernel, long number, long nanos);

    /// What recovery thinks of the way to the peer.
    ///
    /// @param congestionWindow bytes
    /// @param bytesInFlight bytes
    /// @param smoothedRttNanos 0 before the first sample
    void metrics(long nanos, long congestionWindow, long bytesInFlight, long smoothedRttNanos);

    /// The connection is over.
    void closed(long nanos);
}
