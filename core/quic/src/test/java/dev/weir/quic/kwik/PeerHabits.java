// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.Field;
import java.util.Optional;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.impl.ClientConnectionConfig;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.recovery.RttEstimator;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.PacketAssembler;
import tech.kwik.core.send.PacketNumberGenerator;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;

/// What a [KwikPeer] can be made to do that Kwik never does.
final class PeerHabits {
    private PeerHabits() {}

    /// A peer that gives no more credit for all streams together than this, from the handshake on and later.
    static KwikPeer.Habit connectionCredit(long bytes) {
        return new KwikPeer.Habit() {
            @Override
            public void prepare(QuicClientConnectionImpl connection) throws ReflectiveOperationException {
                Field field = field(QuicClientConnectionImpl.class, "connectionProperties");
                field.set(connection, new Credit((ClientConnectionConfig) field.get(connection), bytes));
            }
        };
    }

    /// For the transport parameters Kwik asks twice: whether it is more than nothing, and how much.
    private static final class Credit extends ClientConnectionConfig {
        private final long bytes;
        private int asked;

        Credit(ClientConnectionConfig like, long bytes) throws IllegalAccessException {
            for (Field each : ClientConnectionConfig.class.getDeclaredFields()) {
                each.setAccessible(true);
                each.set(this, each.get(like));
            }
            this.bytes = bytes;
        }

        @Override
        public long maxConnectionBufferSize() {
            boolean isPromise = StackWalker.getInstance().walk(frames ->
                    frames.anyMatch(frame -> frame.getMethodName().equals("initTransportParameters")));
            return isPromise && ++asked == 2 ? bytes : super.maxConnectionBufferSize();
        }
    }

    /// Acknowledges no 1-RTT packet from now on.
    static void acknowledgeNothing(KwikPeer peer) throws ReflectiveOperationException {
        SenderImpl sender = sender(peer);
        var rtt = (RttEstimator) field(SenderImpl.class, "rttEstimater").get(sender);
        var silent = new Silent(sender, rtt);
        var all = (AckGenerator[])
                field(sender.getGlobalAckGenerator().getClass(), "ackGenerators").get(sender.getGlobalAckGenerator());
        all[PnSpace.App.ordinal()] = silent;
        field(PacketAssembler.class, "ackGenerator").set(assembler(sender), silent);
    }

    private static final class Silent extends AckGenerator {
        Silent(SenderImpl sender, RttEstimator rtt) {
            super(PnSpace.App, sender, rtt);
        }

        @Override
        public synchronized void packetReceived(QuicPacket packet) {
            // what it does not know of it does not acknowledge
        }

        @Override
        public synchronized Optional<AckFrame> generateAck() {
            return Optional.empty();
        }
    }

    /// Leaves out one packet number.
    static void skipPacketNumber(KwikPeer peer) throws ReflectiveOperationException {
        var numbers = (PacketNumberGenerator)
                field(PacketAssembler.class, "packetNumberGenerator").get(assembler(sender(peer)));
        numbers.nextPacketNumber();
    }

    /// Waits until everything that the peer was told to send has left; most of it was acknowledged then.
    static void awaitSent(KwikPeer peer) throws ReflectiveOperationException {
        SenderImpl sender = sender(peer);
        var waiting = ((SendRequestQueue[]) field(SenderImpl.class, "sendRequestQueue").get(sender))[EncryptionLevel.App.ordinal()];
        await().until(() -> !waiting.hasRequests());
    }

    private static SenderImpl sender(KwikPeer peer) throws ReflectiveOperationException {
        return (SenderImpl) field(QuicClientConnectionImpl.class, "sender").get(peer.connection);
    }

    private static PacketAssembler assembler(SenderImpl sender) throws ReflectiveOperationException {
        Object all = field(SenderImpl.class, "packetAssembler").get(sender);
        return ((PacketAssembler[]) field(GlobalPacketAssembler.class, "packetAssembler").get(all))
                [EncryptionLevel.App.ordinal()];
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
