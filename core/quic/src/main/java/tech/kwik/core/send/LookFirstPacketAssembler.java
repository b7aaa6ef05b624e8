// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.send; // assemble() is package-private in Kwik 0.10.9

import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.WideNumberPacket;

/// Assembles 1-RTT packets, but looks before it draws a packet number: Kwik's own draws one in each turn of the sender's
/// loop and gives it back if there was nothing to send, which is nonce reuse where somebody else draws from the same cell. A number
/// that is drawn for nothing is a range more in the peer's acknowledgements, and a place less in the window in which the peer can tell
/// what was overtaken from what was repeated (128 numbers in quiche); a full congestion window would cost dozens in a row.
///
/// It also addresses a packet when its frames are put in: Kwik's own has the address from before, so that RETIRE_CONNECTION_ID can
/// come with the very connection ID that it retires, which is a PROTOCOL_VIOLATION (RFC 9000 section 19.16). And the number of its
/// packets is as long as the kernel's.
public final class LookFirstPacketAssembler extends PacketAssembler {
    private final Collection<SendRequest> requests;
    private final Addressing addressing;

    /// Where packets go.
    ///
    /// @param connectionId gives the peer's connection ID in use
    /// @param lock held while a packet is assembled; who changes the connection ID and tells the peer so holds it as well, and asks
    ///     for nothing then that the frames' suppliers may have
    public record Addressing(Supplier<byte[]> connectionId, Lock lock) {}

    /// @param queue what waits to be sent
    /// @param requests of the queue: those for frames; may change while one looks at them
    public LookFirstPacketAssembler(
            VersionHolder version,
            SendRequestQueue queue,
            Collection<SendRequest> requests,
            AckGenerator acks,
            PacketNumberGenerator numbers,
            Addressing addressing) {
        super(version, EncryptionLevel.App, queue, acks, numbers);
        this.requests = requests;
        this.addressing = addressing;
    }

    @Override
    Optional<SendItem> assemble(int remainingWindow, int availableSize, byte[] source, byte[] destination) {
        boolean ack = requestQueue.mustSendAck();
        if (ack && !ackGenerator.hasNewAckToSend()) {
            requestQueue.mustAndWillSendAck(); // taken back, as the original does on its way
            ack = false;
        }
        if (!ack && !requestQueue.hasProbe() && !hasRequestUpTo(Math.min(remainingWindow, availableSize))) {
            return Optional.empty();
        }
        addressing.lock().lock();
        try {
            return super.assemble(remainingWindow, availableSize, source, addressing.connectionId().get());
        } finally {
            addressing.lock().unlock();
        }
    }

    /// Whether one of the frames fits into a packet of this many bytes.
    private boolean hasRequestUpTo(int size) {
        if (requests.isEmpty()) {
            return false;
        }
        int room = size - new WideNumberPacket(quicVersion.getVersion(), addressing.connectionId().get()).estimateLength(0);
        return requests.stream().anyMatch(request -> request.getEstimatedSize() <= room);
    }

    @Override
    protected QuicPacket createPacket(byte[] source, byte[] destination) {
        QuicPacket packet = new WideNumberPacket(quicVersion.getVersion(), destination);
        packet.setPacketNumber(nextPacketNumber());
        return packet;
    }
}
