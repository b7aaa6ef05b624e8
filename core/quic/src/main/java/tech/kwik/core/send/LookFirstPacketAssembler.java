// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.send; // assemble() is package-private in Kwik 0.10.9

import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.Supplier;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.WideNumberPacket;

/// Assembles 1-RTT packets, but looks before it draws a packet number: Kwik's own draws one in each turn of the sender's
/// loop and gives it back if there was nothing to send, which is nonce reuse where somebody else draws from the same cell.
///
/// It also addresses a packet when its frames are put in: Kwik's own has the address from before, so that RETIRE_CONNECTION_ID can
/// come with the very connection ID that it retires, which is a PROTOCOL_VIOLATION (RFC 9000 section 19.16). And the number of its
/// packets is as long as the kernel's.
public final class LookFirstPacketAssembler extends PacketAssembler {
    /// Below this many bytes of window or packet nothing but an ACK is worth a packet.
    private static final int SMALLEST_USEFUL = 64;

    private final Addressing addressing;

    /// Where packets go.
    ///
    /// @param connectionId gives the peer's connection ID in use
    /// @param lock held while a packet is assembled; who changes the connection ID and tells the peer so holds it as well, and asks
    ///     for nothing then that the frames' suppliers may have
    public record Addressing(Supplier<byte[]> connectionId, Lock lock) {}

    public LookFirstPacketAssembler(
            VersionHolder version,
            SendRequestQueue queue,
            AckGenerator acks,
            PacketNumberGenerator numbers,
            Addressing addressing) {
        super(version, EncryptionLevel.App, queue, acks, numbers);
        this.addressing = addressing;
    }

    @Override
    Optional<SendItem> assemble(int remainingWindow, int availableSize, byte[] source, byte[] destination) {
        boolean ack = requestQueue.mustSendAck();
        if (ack && !ackGenerator.hasNewAckToSend()) {
            requestQueue.mustAndWillSendAck(); // taken back, as the original does on its way
            ack = false;
        }
        boolean data = requestQueue.hasRequests() && Math.min(remainingWindow, availableSize) >= SMALLEST_USEFUL;
        if (!ack && !data && !requestQueue.hasProbe()) {
            return Optional.empty();
        }
        addressing.lock().lock();
        try {
            return super.assemble(remainingWindow, availableSize, source, addressing.connectionId().get());
        } finally {
            addressing.lock().unlock();
        }
    }

    @Override
    protected QuicPacket createPacket(byte[] source, byte[] destination) {
        QuicPacket packet = new WideNumberPacket(quicVersion.getVersion(), destination);
        packet.setPacketNumber(nextPacketNumber());
        return packet;
    }
}
