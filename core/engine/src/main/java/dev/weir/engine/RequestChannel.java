// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.wire.moqt.ControlMessage;

/// One bidirectional request stream (MoQT draft-18 section 3.3): its first message is the request, the rest belongs to it.
public interface RequestChannel {
    /// QUIC stream ID.
    long streamId();

    /// Sends a message; never blocks.
    void send(ControlMessage message);

    /// Ends our direction of the stream after what was sent.
    void finish();
}
