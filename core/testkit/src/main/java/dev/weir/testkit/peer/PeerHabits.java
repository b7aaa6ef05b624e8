// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.peer;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.impl.ClientConnectionConfig;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.recovery.RttEstimator;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.PacketAssembler;
import tech.kwik.core.send.PacketNumberGenerator;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.stream.StreamManager;

/// What a [KwikPeer] can be made to do that Kwik never does.
public final class PeerHabits {
    private PeerHabits() {}

    /// A peer that gives no more credit for all streams together than this, from the handshake on and later.
    ///
    /// @param bytes initial_max_data (RFC 9000 section 18.2)
    public static KwikPeer.Habit connectionCredit(long bytes) {
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
            copy(like, this, ClientConnectionConfig.class);
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
    ///
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static void acknowledgeNothing(KwikPeer peer) throws ReflectiveOperationException {
        SenderImpl sender = sender(peer);
        replaceAcks(sender, EncryptionLevel.App, new Silent(sender, rtt(sender)));
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

    /// A peer that acknowledges far more than it has received: what a frame of 19 bytes can.
    ///
    /// @param level of the packets whose ACKs are meant
    /// @param last each ACK is of all numbers from 0 to this one
    public static KwikPeer.Habit acknowledgeUpTo(EncryptionLevel level, long last) {
        return new KwikPeer.Habit() {
            @Override
            public void prepare(QuicClientConnectionImpl connection) throws ReflectiveOperationException {
                var sender = (SenderImpl) field(QuicClientConnectionImpl.class, "sender").get(connection);
                replaceAcks(sender, level, new Boastful(level.relatedPnSpace(), sender, rtt(sender), last));
            }
        };
    }

    private static final class Boastful extends AckGenerator {
        private final long last;

        Boastful(PnSpace space, SenderImpl sender, RttEstimator rtt, long last) {
            super(space, sender, rtt);
            this.last = last;
        }

        @Override
        public synchronized Optional<AckFrame> generateAck() {
            return super.generateAck().map(honest -> new AckFrame(new Range(0, last)));
        }

        @Override
        public synchronized Optional<AckFrame> generateAckForPacket(long packetNumber) {
            return super.generateAckForPacket(packetNumber).map(honest -> new AckFrame(new Range(0, last)));
        }
    }

    private static void replaceAcks(SenderImpl sender, EncryptionLevel level, AckGenerator acks) throws ReflectiveOperationException {
        var all = (AckGenerator[])
                field(sender.getGlobalAckGenerator().getClass(), "ackGenerators").get(sender.getGlobalAckGenerator());
        all[level.relatedPnSpace().ordinal()] = acks;
        field(PacketAssembler.class, "ackGenerator").set(assembler(sender, level), acks);
    }

    private static RttEstimator rtt(SenderImpl sender) throws ReflectiveOperationException {
        return (RttEstimator) field(SenderImpl.class, "rttEstimater").get(sender);
    }

    /// Leaves out one packet number.
    ///
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static void skipPacketNumber(KwikPeer peer) throws ReflectiveOperationException {
        var numbers = (PacketNumberGenerator)
                field(PacketAssembler.class, "packetNumberGenerator").get(assembler(sender(peer), EncryptionLevel.App));
        numbers.nextPacketNumber();
    }

    /// Takes more unidirectional streams of the relay's than were promised in the handshake, and says so.
    ///
    /// @param count of streams in all (RFC 9000 section 19.11)
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static void allowUnidirectionalStreams(KwikPeer peer, int count) throws ReflectiveOperationException {
        Object streams = field(QuicClientConnectionImpl.class, "streamManager").get(peer.connection);
        field(StreamManager.class, "currentUnidirectionalStreamIdLimit").set(streams, 4 * count + 3);
        peer.sendFrame(RawFrame.maxUnidirectionalStreams(count));
    }

    /// Replaces all connection IDs that the relay may use by a new one (RFC 9000 section 5.1.2).
    ///
    /// @return tells whether the relay has retired them
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static BooleanSupplier replaceOwnConnectionIds(KwikPeer peer) throws ReflectiveOperationException {
        var client = (QuicClientConnectionImpl) peer.connection;
        Map<Integer, ConnectionIdInfo> own = connectionIds(peer).getAllConnectionIds();
        int next = Collections.max(own.keySet()) + 1;
        client.newConnectionIds(1, next);
        return () -> own.entrySet().stream()
                .noneMatch(id -> id.getKey() < next && id.getValue().getConnectionIdStatus() != ConnectionIdStatus.RETIRED);
    }

    /// @return the connection IDs of both sides
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static ConnectionIdManager connectionIds(KwikPeer peer) throws ReflectiveOperationException {
        return (ConnectionIdManager) field(QuicClientConnectionImpl.class, "connectionIdManager").get(peer.connection);
    }

    /// Updates keys between two packets: Kwik by itself would do it in the middle of one.
    ///
    /// @return tells whether the relay's keys have followed (RFC 9001 section 6.2)
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static BooleanSupplier updateKeys(KwikPeer peer) throws ReflectiveOperationException {
        Object secrets = field(QuicConnectionImpl.class, "connectionSecrets").get(peer.connection);
        Aead own = keys(secrets, "clientSecrets");
        Aead relays = keys(secrets, "serverSecrets");
        int before = own.getKeyUpdateCounter();
        ((QuicConnectionImpl) peer.connection).send(
                length -> {
                    if (own.getKeyUpdateCounter() == before) {
                        own.computeKeyUpdate(true);
                    }
                    return new PingFrame();
                },
                1,
                EncryptionLevel.App,
                lost -> {},
                true);
        return () -> relays.getKeyUpdateCounter() > before;
    }

    private static Aead keys(Object secrets, String side) throws ReflectiveOperationException {
        var levels = (AtomicReferenceArray<?>) field(ConnectionSecrets.class, side).get(secrets);
        return (Aead) levels.get(EncryptionLevel.App.ordinal());
    }

    /// Takes no notice of the connection IDs that the relay gives, retires and uses.
    ///
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static void ignoreConnectionIds(KwikPeer peer) throws ReflectiveOperationException {
        Field field = field(QuicClientConnectionImpl.class, "connectionIdManager");
        field.set(peer.connection, new Unmoved((ConnectionIdManager) field.get(peer.connection)));
    }

    private static final class Unmoved extends ConnectionIdManager {
        Unmoved(ConnectionIdManager like) throws IllegalAccessException {
            super(like.getConnectionIdLength(), 0, null, null, new NullLogger());
            copy(like, this, ConnectionIdManager.class);
        }

        @Override
        public void process(NewConnectionIdFrame frame) {
            // keeps the one it has
        }

        @Override
        public void process(RetireConnectionIdFrame frame, byte[] destinationConnectionId) {
            // goes on with it
        }

        @Override
        public boolean isActiveCid(byte[] cid) {
            return true;
        }

        @Override
        public void registerConnectionIdInUse(byte[] connectionId) {
            // whatever it is
        }
    }

    private static <T> void copy(T from, T to, Class<T> type) throws IllegalAccessException {
        for (Field each : type.getDeclaredFields()) {
            if (!Modifier.isStatic(each.getModifiers())) {
                each.setAccessible(true);
                each.set(to, each.get(from));
            }
        }
    }

    /// @return whether everything that the peer was told to send has left; most of it was acknowledged then
    /// @throws ReflectiveOperationException if Kwik is not the version that this is for
    public static boolean isAllSent(KwikPeer peer) throws ReflectiveOperationException {
        var waiting = (SendRequestQueue[]) field(SenderImpl.class, "sendRequestQueue").get(sender(peer));
        return !waiting[EncryptionLevel.App.ordinal()].hasRequests();
    }

    private static SenderImpl sender(KwikPeer peer) throws ReflectiveOperationException {
        return (SenderImpl) field(QuicClientConnectionImpl.class, "sender").get(peer.connection);
    }

    private static PacketAssembler assembler(SenderImpl sender, EncryptionLevel level) throws ReflectiveOperationException {
        Object all = field(SenderImpl.class, "packetAssembler").get(sender);
        return ((PacketAssembler[]) field(GlobalPacketAssembler.class, "packetAssembler").get(all))[level.ordinal()];
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
