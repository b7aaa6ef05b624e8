// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.Location;

/// Hears of every object that a subscriber receives for the first time and that says when it was sent. Called on the
/// subscriber's event loop.
@FunctionalInterface
public interface ArrivalListener {
    /// An object is there, all of it.
    ///
    /// @param location group and object ID
    /// @param priority publisher priority, 0 to 255
    /// @param payload its payload
    /// @param latencyMicros since the publisher sent it, microseconds
    void arrived(Location location, int priority, byte[] payload, long latencyMicros);
}
