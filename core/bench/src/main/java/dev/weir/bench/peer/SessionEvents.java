// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.Goaway;
import dev.weir.wire.moqt.SubgroupHeader;

/// What a relay does on a session. Called on the peer's event loop; a [dev.weir.wire.moqt.MoqtException] thrown by any
/// method closes the session with its code.
interface SessionEvents {
    /// The relay has opened a request stream.
    void request(RequestStream stream, ControlMessage message);

    /// The relay has opened a subgroup stream.
    ///
    /// @return takes what follows the header
    SubgroupStream subgroup(SubgroupHeader header);

    /// The relay has reset a stream before its header could be read, so nobody knows which one it was.
    void unknownStreamReset();

    /// A DATAGRAM has come.
    void datagram(byte[] bytes);

    /// The relay is going away.
    void goaway(Goaway message);

    /// The session is over.
    ///
    /// @param reason why, as a clause
    void closed(String reason);

    /// A subgroup stream behind its header.
    interface SubgroupStream {
        /// The next bytes.
        void bytes(byte[] bytes);

        /// FIN.
        void finished();

        /// RESET_STREAM.
        void reset(long code);
    }
}
