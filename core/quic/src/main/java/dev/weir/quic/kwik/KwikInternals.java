// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.ack.GlobalAckGenerator;
import tech.kwik.core.cc.CongestionController;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdRegistry;
import tech.kwik.core.cid.DestinationConnectionIdRegistry;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.impl.IdleTimer;
import tech.kwik.core.impl.VersionHolder;
import tech.kwik.core.log.Logger;
import tech.kwik.core.recovery.LossDetector;
import tech.kwik.core.recovery.NanosecondLossDetector;
import tech.kwik.core.recovery.RecoveryManager;
import tech.kwik.core.recovery.RttEstimator;
import tech.kwik.core.send.GlobalPacketAssembler;
import tech.kwik.core.send.LookFirstPacketAssembler;
import tech.kwik.core.send.LookFirstPacketAssembler.Addressing;
import tech.kwik.core.send.PacketAssembler;
import tech.kwik.core.send.PacketNumberGenerator;
import tech.kwik.core.send.SendRequest;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.send.SenderImpl;
import tech.kwik.core.server.ServerConnectionFactory;
import tech.kwik.core.server.ServerConnector;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;
import tech.kwik.core.server.impl.ServerConnectorImpl;
import tech.kwik.core.stream.FlowControl;
import tech.kwik.core.stream.StreamManager;

/// Every private field of Kwik that the adapter touches, each with the reason. A field that is not there (another Kwik
/// version) fails at start with its name.
final class KwikInternals {
    private static final int APP = EncryptionLevel.App.ordinal();

    private KwikInternals() {}

    /// Kwik's connector has no way to pass a connection factory: the one it made is replaced.
    static void replaceFactory(ServerConnector connector, ServerConnectionFactory factory) {
        set(connector, ServerConnectorImpl.class, "serverConnectionFactory", factory);
    }

    static ServerConnectionFactory factory(ServerConnector connector) {
        return (ServerConnectionFactory) get(connector, ServerConnectorImpl.class, "serverConnectionFactory");
    }

    static ApplicationProtocolRegistry applicationProtocols(ServerConnector connector) {
        return (ApplicationProtocolRegistry) get(connector, ServerConnectorImpl.class, "applicationProtocolRegistry");
    }

    static ServerConnectionRegistry connectionRegistry(ServerConnector connector) {
        return (ServerConnectionRegistry) get(connector, ServerConnectorImpl.class, "connectionRegistry");
    }

    @SuppressWarnings("unchecked") // Consumer<ServerConnectionImpl> in Kwik's source
    static Consumer<ServerConnectionImpl> closeCallback(ServerConnectionFactory factory) {
        return (Consumer<ServerConnectionImpl>) get(factory, ServerConnectionFactory.class, "closeCallback");
    }

    /// Gives the sender our packet numbers, congestion controller, loss detector and clock, before the handshake begins.
    ///
    /// @return what waits to be sent in 1-RTT packets
    static SendRequestQueue shareSender(
            SenderImpl sender,
            VersionHolder version,
            PacketNumberGenerator numbers,
            CongestionController congestion,
            Addressing addressing,
            Logger log) {
        var assemblers = (PacketAssembler[]) get(
                (GlobalPacketAssembler) get(sender, SenderImpl.class, "packetAssembler"),
                GlobalPacketAssembler.class,
                "packetAssembler");
        var queues = (SendRequestQueue[]) get(sender, SenderImpl.class, "sendRequestQueue");
        var rtt = (RttEstimator) get(sender, SenderImpl.class, "rttEstimater");
        var acks = new BoundedAckGenerator(sender, rtt);
        var generators = (AckGenerator[]) get(sender.getGlobalAckGenerator(), GlobalAckGenerator.class, "ackGenerators");
        generators[PnSpace.App.ordinal()] = acks;
        assemblers[APP] = new LookFirstPacketAssembler(version, queues[APP], requests(queues[APP]), acks, numbers, addressing);

        var recovery = (RecoveryManager) get(sender, SenderImpl.class, "recoveryManager");
        var detectors = (LossDetector[]) get(recovery, RecoveryManager.class, "lossDetectors");
        set(sender, SenderImpl.class, "congestionController", congestion);
        set(recovery, RecoveryManager.class, "congestionController", congestion);
        for (LossDetector detector : detectors) {
            set(detector, LossDetector.class, "congestionController", congestion);
        }
        detectors[PnSpace.App.ordinal()] =
                new NanosecondLossDetector(recovery, rtt, congestion, sender::flush, log.getQLog());
        keepSteadyTime(sender, recovery, detectors, queues, generators);
        return queues[APP];
    }

    @SuppressWarnings("unchecked") // Deque<SendRequest> in Kwik's source
    static Collection<SendRequest> requests(SendRequestQueue queue) {
        return (Collection<SendRequest>) get(queue, SendRequestQueue.class, "requestQueue");
    }

    /// Whatever of the sender measures time does it with the steady clock.
    private static void keepSteadyTime(
            SenderImpl sender, RecoveryManager recovery, LossDetector[] detectors, SendRequestQueue[] queues, AckGenerator[] generators) {
        keepSteadyTime(SenderImpl.class, sender);
        keepSteadyTime(RecoveryManager.class, recovery);
        keepSteadyTime(LossDetector.class, (Object[]) detectors);
        keepSteadyTime(SendRequestQueue.class, (Object[]) queues);
        keepSteadyTime(AckGenerator.class, (Object[]) generators);
    }

    /// Idleness is measured with the steady clock, too.
    static void keepSteadyTime(IdleTimer timer) {
        keepSteadyTime(IdleTimer.class, timer);
        set(timer, IdleTimer.class, "lastActionTime", SteadyClock.now());
    }

    private static void keepSteadyTime(Class<?> type, Object... owners) {
        for (Object owner : owners) {
            set(owner, type, "clock", SteadyClock.INSTANCE);
        }
    }

    /// A reader waits for the largest number of milliseconds there is, less what the machine's clock says has passed. When the clock was set
    /// back that is less than nothing, the difference overflows, and the reader looks once a millisecond. A quarter of that number is long enough.
    static void waitForDataWhateverTheClockSays() {
        set(null, streamInput(), "waitForNextFrameTimeout", Long.MAX_VALUE / 4);
    }

    /// Not public in Kwik.
    static Class<?> streamInput() {
        try {
            return Class.forName("tech.kwik.core.stream.StreamInputStreamImpl");
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException("this Kwik reads streams with another class; Weir works with Kwik 0.10.9", e);
        }
    }

    /// Ranges of packet numbers that the next ACK reports, the largest first.
    @SuppressWarnings("unchecked") // List<Range> in Kwik's source
    static List<Range> rangesToAcknowledge(AckGenerator acks) {
        return (List<Range>) get(acks, AckGenerator.class, "rangesToAcknowledge");
    }

    /// ACKs sent and not acknowledged, by the number of the packet that had them.
    @SuppressWarnings("unchecked") // SortedMap<Long, AckFrame> in Kwik's source
    static SortedMap<Long, AckFrame> acknowledgementsSent(AckGenerator acks) {
        return (SortedMap<Long, AckFrame>) get(acks, AckGenerator.class, "ackSentWithPacket");
    }

    /// The array in which the write keys of each level stand, so that a gate can be put before those of 1-RTT.
    @SuppressWarnings("unchecked") // AtomicReferenceArray<Aead> in Kwik's source
    static AtomicReferenceArray<Aead> writeSecrets(ConnectionSecrets secrets) {
        return (AtomicReferenceArray<Aead>) get(secrets, ConnectionSecrets.class, "serverSecrets");
    }

    /// The array in which the read keys of each level stand.
    @SuppressWarnings("unchecked") // AtomicReferenceArray<Aead> in Kwik's source
    static AtomicReferenceArray<Aead> readSecrets(ConnectionSecrets secrets) {
        return (AtomicReferenceArray<Aead>) get(secrets, ConnectionSecrets.class, "clientSecrets");
    }

    /// Lets a key-update wrapper derive the keys of the next phase; they are not in force yet.
    static Aead next(KeyUpdateSupport support) {
        support.computeKeyUpdate(false);
        return (Aead) get(support, KeyUpdateSupport.class, "updatedAead");
    }

    /// The cipher inside a key-update wrapper.
    static Aead current(KeyUpdateSupport support) {
        return (Aead) get(support, KeyUpdateSupport.class, "aead");
    }

    /// The cipher with key, IV and header protection key.
    static BaseAeadImpl keyed(Aead aead) {
        Aead inner = aead;
        while (!(inner instanceof BaseAeadImpl)) {
            inner = switch (inner) {
                case KeySwitch s -> s.delegate();
                case ReadKeys r -> r.delegate();
                case KeyUpdateSupport k -> current(k);
                default -> throw new IllegalStateException("unknown kind of packet protection: " + inner.getClass());
            };
        }
        return (BaseAeadImpl) inner;
    }

    /// Takes all unidirectional streams that the peer allows now out of Kwik's hands.
    ///
    /// @return stream ID of the first one
    static long takeUnidirectionalStreams(StreamManager streams) {
        ((Semaphore) get(streams, StreamManager.class, "openUnidirectionalStreams")).drainPermits();
        return ((AtomicInteger) get(streams, StreamManager.class, "nextStreamIdUnidirectional")).get();
    }

    /// Moves connection credit from Kwik's streams to ours: Kwik counts it as assigned.
    ///
    /// @param keep bytes to leave to Kwik's own (control and request) streams
    /// @return bytes taken
    static long takeConnectionData(FlowControl flow, long keep) {
        synchronized (flow) {
            long allowed = (long) get(flow, FlowControl.class, "maxDataAllowed");
            long assigned = (long) get(flow, FlowControl.class, "maxDataAssigned");
            long taken = Math.max(0, allowed - assigned - keep);
            set(flow, FlowControl.class, "maxDataAssigned", assigned + taken);
            return taken;
        }
    }

    /// Our own connection IDs by sequence number, retired ones among them.
    static Map<Integer, ConnectionIdInfo> ownConnectionIds(ConnectionIdManager manager) {
        return connectionIds(get(manager, ConnectionIdManager.class, "cidRegistry"));
    }

    /// The peer's connection IDs by sequence number, retired ones among them; null if it has chosen to have none.
    static @Nullable Map<Integer, ConnectionIdInfo> peerConnectionIds(ConnectionIdManager manager) {
        Object registry = getNullable(manager, ConnectionIdManager.class, "peerCidRegistry");
        return registry == null ? null : connectionIds(registry);
    }

    /// The first sequence number of the peer's connection IDs that it has not told us to retire. The peer must have connection IDs.
    static int retiredPriorTo(ConnectionIdManager manager) {
        return (int) get(peerRegistry(manager), DestinationConnectionIdRegistry.class, "notRetiredThreshold");
    }

    /// Sets it: Kwik takes any frame's, also one's that was overtaken.
    static void retiredPriorTo(ConnectionIdManager manager, int sequenceNumber) {
        set(peerRegistry(manager), DestinationConnectionIdRegistry.class, "notRetiredThreshold", sequenceNumber);
    }

    private static Object peerRegistry(ConnectionIdManager manager) {
        return get(manager, ConnectionIdManager.class, "peerCidRegistry");
    }

    @SuppressWarnings("unchecked") // Map<Integer, ConnectionIdInfo> in Kwik's source
    private static Map<Integer, ConnectionIdInfo> connectionIds(Object registry) {
        return (Map<Integer, ConnectionIdInfo>) get(registry, ConnectionIdRegistry.class, "connectionIds");
    }

    private static Object get(Object owner, Class<?> type, String name) {
        Object value = getNullable(owner, type, name);
        if (value == null) {
            throw new IllegalStateException(type.getName() + "." + name + " is not set");
        }
        return value;
    }

    private static @Nullable Object getNullable(Object owner, Class<?> type, String name) {
        try {
            return field(type, name).get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void set(@Nullable Object owner, Class<?> type, String name, Object value) {
        try {
            field(type, name).set(owner, value);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Field field(Class<?> type, String name) {
        try {
            Field field = type.getDeclaredField(name);
            field.setAccessible(true);
            return field;
        } catch (NoSuchFieldException e) {
            throw new IllegalStateException(
                    "this Kwik has no field " + type.getName() + "." + name + "; Weir works with Kwik 0.10.9", e);
        }
    }
}
