// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.send; // assemble() is package-private in Kwik 0.10.9

import java.util.Optional;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.impl.VersionHolder;

/// Assembles 1-RTT packets, but looks before it draws a packet number: Kwik's own draws one in each turn of the sender's
/// loop and gives it back if there was nothing to send, which is nonce reuse where somebody else draws from the same cell.
public final class LookFirstPacketAssembler extends PacketAssembler {
    /// Below this many bytes of window or packet nothing but an ACK is worth a packet.
    private static final int SMALLEST_USEFUL = 64;

    public LookFirstPacketAssembler(
            VersionHolder version, SendRequestQueue queue, AckGenerator acks, PacketNumberGenerator numbers) {
        super(version, EncryptionLevel.App, queue, acks, numbers);
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
        return super.assemble(remainingWindow, availableSize, source, destination);
    }
}
