// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.peer;

import dev.weir.wire.moqt.ObjectDatagram;
import dev.weir.wire.moqt.Vi64;
import io.netty.handler.codec.quic.QuicChannel;

/// One DATAGRAM frame per object.
final class DatagramSender implements ObjectSender {
    /// Type, group and object ID below 2^21, without the alias.
    private static final int HEADER = 1 + 3 + 3;

    private final MoqtSession session;
    private final long alias;

    DatagramSender(MoqtSession session, long alias) {
        this.session = session;
        this.alias = alias;
    }

    /// Payload that fits one datagram, bytes.
    ///
    /// @param propertiesSize of the object properties, 0: none
    /// @param ownPriority whether objects have a priority of their own
    static int largestPayload(int largestDatagram, long alias, int propertiesSize, boolean ownPriority) {
        int properties = propertiesSize == 0 ? 0 : Vi64.size(propertiesSize) + propertiesSize;
        return largestDatagram - HEADER - Vi64.size(alias) - (ownPriority ? 1 : 0) - properties;
    }

    @Override
    public void send(Outgoing object, Outcome outcome) {
        byte[] bytes = new ObjectDatagram(alias, object.location().group(), object.location().object(), object.priority(),
                object.properties(), object.endOfGroup(), null, object.payload()).encode();
        if (bytes.length > session.largestDatagram()) {
            outcome.failed("datagram_too_large");
            return;
        }
        QuicChannel connection = session.connection();
        outcome.of(connection.writeAndFlush(connection.alloc().directBuffer(bytes.length).writeBytes(bytes)));
    }

    @Override
    public long streams() {
        return 0;
    }
}
