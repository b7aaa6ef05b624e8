// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Framing;
import dev.weir.engine.QuicEndpoint;
import dev.weir.engine.Session;
import dev.weir.engine.Session.StreamChunk;
import dev.weir.wire.moqt.ControlMessage;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.event.Level;
import tech.kwik.agent15.engine.TlsServerEngineFactory;
import tech.kwik.core.ConnectionTerminatedEvent;
import tech.kwik.core.QuicConstants.TransportErrorCode;
import tech.kwik.core.QuicStream;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.BaseAeadImpl;
import tech.kwik.core.crypto.ChaCha20;
import tech.kwik.core.crypto.CryptoStream;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.crypto.MissingKeysException;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.MaxDataFrame;
import tech.kwik.core.frame.MaxStreamDataFrame;
import tech.kwik.core.frame.MaxStreamsFrame;
import tech.kwik.core.frame.NewConnectionIdFrame;
import tech.kwik.core.frame.QuicFrame;
import tech.kwik.core.frame.Range;
import tech.kwik.core.frame.ResetStreamFrame;
import tech.kwik.core.frame.RetireConnectionIdFrame;
import tech.kwik.core.frame.StopSendingFrame;
import tech.kwik.core.frame.StreamFrame;
import tech.kwik.core.impl.TransportParameters;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.Logger;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.QuicPacket;
import tech.kwik.core.packet.ShortHeaderPacket;
import tech.kwik.core.send.LookFirstPacketAssembler;
import tech.kwik.core.send.SendRequestQueue;
import tech.kwik.core.server.ServerConnectionConfig;
import tech.kwik.core.server.ServerConnectionRegistry;
import tech.kwik.core.server.impl.ApplicationProtocolRegistry;
import tech.kwik.core.server.impl.ServerConnectionImpl;

/// One connection of the relay, owned by Kwik and shared with the kernel. What the kernel takes part in is taken out of
/// Kwik's hands here: packet numbers, congestion window, media streams, their credit and their acknowledgement.
///
/// It is long because Kwik is changed by overriding methods of this one class; what they do stands elsewhere.
final class RelayConnection extends ServerConnectionImpl implements QuicEndpoint {
    /// Connection credit left to Kwik's own streams (control and requests), bytes.
    private static final long KWIK_DATA = 64 << 10;
    /// Smallest STREAM frame worth a place in a packet, bytes.
    private static final int MINIMUM_CHUNK = 48;
    /// Bytes before a DATAGRAM payload: frame type and length.
    private static final int DATAGRAM_FRAME = 3;
    /// Bytes around a DATAGRAM payload in a packet: first byte, packet number, tag, and the frame's.
    private static final int DATAGRAM_OVERHEAD = 1 + 4 + 16 + DATAGRAM_FRAME;

    private static final org.slf4j.Logger LOG = org.slf4j.LoggerFactory.getLogger(RelayConnection.class);

    private final Session session;
    private final ServerConnectionRegistry registry;
    private final SharedPacketNumbers numbers;
    private final InetSocketAddress peer;
    private final AtomicBoolean frameRequested = new AtomicBoolean();
    private final AtomicBoolean datagramRequested = new AtomicBoolean();
    private final MoqtStreams streams;
    private final SendRequestQueue sendQueue;
    private final ConnectionIds connectionIds;
    /// Held while the peer's connection ID changes.
    private final Lock addressing = new ReentrantLock();
    private volatile @Nullable TransportParameters peerParameters;
    private volatile long firstMediaStream = Long.MAX_VALUE;
    private volatile long largestReceived = -1;
    private volatile boolean ended;
    private volatile Runnable terminated = () -> {};
    private volatile Framing framing = Framing.MOQT;
    private volatile @Nullable ReadKeys readKeys;
    private volatile @Nullable Aead writeKeys;
    private volatile @Nullable KeySwitch keySwitch;
    private final Function<BaseAeadImpl, KeyLimits> keyLimits;

    @SuppressWarnings("this-escape") // Kwik's constructor starts the sender; our part is in place before the first packet
    RelayConnection(
            Version version,
            DatagramSocket socket,
            InetSocketAddress peer,
            byte[] peerConnectionId,
            byte[] originalDestination,
            CryptoStream crypto,
            TlsServerEngineFactory tls,
            ServerConnectionConfig configuration,
            ApplicationProtocolRegistry protocols,
            ServerConnectionRegistry registry,
            Consumer<ServerConnectionImpl> closeCallback,
            Logger logger,
            Session session,
            Function<BaseAeadImpl, KeyLimits> keyLimits) {
        super(
                version,
                socket,
                peer,
                peerConnectionId,
                originalDestination,
                crypto,
                tls,
                configuration,
                protocols,
                registry,
                closeCallback,
                logger);
        this.session = session;
        this.keyLimits = keyLimits;
        this.registry = registry;
        this.peer = peer;
        this.numbers = new SharedPacketNumbers(session.cells());
        this.streams = new MoqtStreams(this, session);
        this.connectionIds = new ConnectionIds(getConnectionIdManager());
        KwikInternals.keepSteadyTime(idleTimer);
        this.sendQueue = KwikInternals.shareSender(
                getSender(),
                quicVersion,
                numbers,
                new SharedCongestion(session, getSender(), this::acknowledged),
                new LookFirstPacketAssembler.Addressing(this::getDestinationConnectionId, addressing),
                logger);
    }

    // ---- handshake, keys, connection IDs

    @Override
    protected void processCommonTransportParameters(TransportParameters parameters) {
        peerParameters = parameters;
        super.processCommonTransportParameters(parameters);
    }

    @Override
    public void handshakeFinished() {
        AtomicReferenceArray<Aead> own = KwikInternals.writeSecrets(connectionSecrets);
        super.handshakeFinished();
        int app = EncryptionLevel.App.ordinal();
        writeKeys = own.get(app);
        KeyLimits limits = keyLimits.apply(KwikInternals.keyed(own.get(app)));
        var gate = new KeySwitch(own.get(app), numbers::latest, limits, writeKeysListener);
        own.set(app, gate);
        keySwitch = gate;
        AtomicReferenceArray<Aead> peers = KwikInternals.readSecrets(connectionSecrets);
        var read = new ReadKeys((KeyUpdateSupport) peers.get(app), this::oldKeysEnd, limits, this::keysUsedUp);
        read.setPeerAead(gate);
        peers.set(app, read);
        readKeys = read;
        if (framing.isOwn()) {
            streams.startWithOwnFraming(); // nothing precedes media: keys and connection IDs are settled only now
        }
    }

    private Aead writeAead() {
        try {
            return connectionSecrets.getOwnAead(EncryptionLevel.App);
        } catch (MissingKeysException e) {
            throw new IllegalStateException("1-RTT keys are missing after the handshake", e);
        }
    }

    /// When packets of the keys before an update are not opened any more: three probe timeouts (RFC 9001 section 6.5).
    private long oldKeysEnd() {
        return System.nanoTime() + 3 * session.probeTimeoutNanos();
    }

    private final KeySwitch.Listener writeKeysListener = new KeySwitch.Listener() {
        @Override
        public void keysChange(Supplier<Aead> update, LongConsumer switchAt) {
            writeKeysChange(update, switchAt);
        }

        @Override
        public void acknowledgementNeeded() {
            sendPing();
        }

        @Override
        public void keysUsedUp() {
            RelayConnection.this.keysUsedUp();
        }
    };

    /// Our keys change, most often because the peer has updated its own: the kernel learns the new ones and the number they begin with,
    /// then the counter jumps there, so that the ACK that Kwik sends next has the new keys (RFC 9001 section 6.2).
    private void writeKeysChange(Supplier<Aead> update, LongConsumer switchAt) {
        session.switchWriteKeys(
                () -> {
                    Aead next = update.get();
                    return keys(KwikInternals.keyed(next), next.getKeyPhase());
                },
                switchAt);
        session.readSideChanged();
    }

    private void keysUsedUp() {
        closeForError(TransportErrorCode.AEAD_LIMIT_REACHED, "keys of this connection have been used as often as is safe");
    }

    private static Keys keys(BaseAeadImpl aead, int phase) {
        return new Keys(aead.getKeySpec().getEncoded(), aead.getIv(), phase);
    }

    @Override
    public void process(NewConnectionIdFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (streams.isStarted() && connectionIds.retiresInUse(frame)) {
            session.connectionIdChanges(() -> takeConnectionId(frame, packet, metaData));
        } else {
            takeConnectionId(frame, packet, metaData);
        }
    }

    private void takeConnectionId(NewConnectionIdFrame frame, QuicPacket packet, PacketMetaData metaData) {
        addressing.lock();
        try {
            connectionIds.take(() -> super.process(frame, packet, metaData));
        } finally {
            addressing.unlock();
        }
        closeIfExcessive();
    }

    @Override
    public void process(RetireConnectionIdFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (connectionIds.isForgotten(frame.getSequenceNr())) {
            return; // a repetition: what it retires is gone already
        }
        connectionIds.replace(() -> super.process(frame, packet, metaData));
        // Kwik adds the ID that takes the retired one's place beside any active one, and takes that for any that is not the new one
        // itself; where it is, as happens in a map that has forgotten entries, packets to the new ID would find no connection.
        getActiveConnectionIds().forEach(id -> registry.registerAdditionalConnectionId(packet.getDestinationConnectionId(), id));
        session.readSideChanged();
        closeIfExcessive();
    }

    private void closeIfExcessive() {
        if (!ended && connectionIds.isExcessive()) {
            closeForError(TransportErrorCode.CONNECTION_ID_LIMIT_ERROR, "connection IDs are replaced faster than that is acknowledged");
        }
    }

    @Override
    public @Nullable WriteSide writeSide() {
        Aead ours = writeKeys;
        Aead write = ours == null ? writeAead() : ours; // not the gate's answers: they hold for the packet being built
        BaseAeadImpl keyed = KwikInternals.keyed(write);
        TransportParameters parameters = peerParameters;
        if (!(keyed instanceof ChaCha20) || parameters == null) {
            return null;
        }
        return new WriteSide(
                keys(keyed, write.getKeyPhase()),
                keyed.getHp(),
                getDestinationConnectionId(),
                Math.min(65527, parameters.getMaxUdpPayloadSize()),
                canSendDatagram() ? getMaxDatagramFrameSize() : 0,
                parameters.getInitialMaxStreamDataUni());
    }

    @Override
    public @Nullable ReadSide readSide() {
        ReadKeys read = readKeys;
        if (read == null) {
            return null;
        }
        ReadKeys.Phase phase = read.phase();
        if (!(phase.current() instanceof ChaCha20)) {
            return null;
        }
        var known = new ArrayList<Keys>(2);
        known.add(keys(phase.current(), phase.bit()));
        if (read.isOldOver(System.nanoTime())) {
            known.add(keys(phase.next(), phase.bit() ^ 1));
        }
        return new ReadSide(known, phase.current().getHp(), getActiveConnectionIds(), largestReceived + 1);
    }

    // ---- start: the application protocol was negotiated and the handshake is confirmed

    /// Begins the session. MoQT: our control stream, then all other unidirectional streams go to the engine. Own framing:
    /// they do when the handshake is finished.
    void start(Framing ofProtocol) {
        framing = ofProtocol;
        session.framing(ofProtocol);
        if (!ofProtocol.isOwn()) {
            streams.start();
        }
    }

    /// Opens a stream of ours.
    ///
    /// @throws TimeoutException if the peer does not allow one in time
    QuicStream openStream(boolean bidirectional, int seconds) throws TimeoutException {
        return getStreamManager().createStream(bidirectional, seconds, TimeUnit.SECONDS);
    }

    /// A stream that the peer opened.
    void accept(QuicStream stream) {
        streams.accept(stream);
    }

    /// Everything of Kwik's stream and credit book-keeping that media needs goes to the engine.
    void handOverToEngine() {
        firstMediaStream = KwikInternals.takeUnidirectionalStreams(getStreamManager());
        TransportParameters parameters = peerParameters;
        session.established(
                this,
                firstMediaStream,
                4 * getStreamManager().getMaxUnidirectionalStreams() + 3,
                KwikInternals.takeConnectionData(flowController, KWIK_DATA),
                parameters == null ? 25 : parameters.getMaxAckDelay());
    }

    private boolean isMedia(int streamId) {
        return (streamId & 3) == 3 && streamId >= firstMediaStream;
    }

    // ---- received frames

    @Override
    public ProcessResult process(ShortHeaderPacket packet, PacketMetaData metaData) {
        largestReceived = Math.max(largestReceived, packet.getPacketNumber());
        session.packetReceived(packet.getPacketNumber());
        ReadKeys read = readKeys;
        if (read != null && read.nextFallsDue(System.nanoTime())) {
            session.readSideChanged(); // the kernel's old keys give way to those of the next update
        }
        return super.process(packet, metaData);
    }

    @Override
    public void process(AckFrame frame, QuicPacket packet, PacketMetaData metaData) {
        List<Range> ranges = frame.getAcknowledgedRanges();
        boolean handshake = packet.getEncryptionLevel() != EncryptionLevel.App;
        if (handshake || !streams.isStarted()) {
            long next = handshake ? EarlyAcks.HANDSHAKE_PACKETS : session.cells().nextPacketNumber();
            long never = EarlyAcks.neverSent(ranges, next);
            if (never == EarlyAcks.NONE) {
                if (!handshake) {
                    noteAcknowledged(ranges);
                }
                super.process(frame, packet, metaData);
            } else {
                closeForViolation("ACK of packet number " + never + ", which was never sent");
            }
            return;
        }
        long[] bounds = new long[2 * ranges.size()];
        for (int i = 0; i < ranges.size(); i++) {
            bounds[2 * i] = ranges.get(i).getSmallest();
            bounds[2 * i + 1] = ranges.get(i).getLargest();
        }
        frame.setDelayExponent(peerAckDelayExponent);
        if (session.acknowledged(bounds, frame.getAckDelay() * 1_000_000L, System.nanoTime())) {
            noteAcknowledged(ranges);
            AckFrame own = narrowed(frame, ranges);
            if (own != null) {
                super.process(own, packet, metaData);
            }
        }
    }

    private void noteAcknowledged(List<Range> ranges) {
        KeySwitch keys = keySwitch;
        if (keys != null && !ranges.isEmpty()) {
            keys.acknowledged(ranges.getFirst().getLargest());
        }
    }

    /// The same ACK with only the numbers that Kwik drew: its loss detector counts distances between packet numbers and
    /// walks ranges number by number.
    private @Nullable AckFrame narrowed(AckFrame frame, List<Range> ranges) {
        long floor = numbers.oldestRemembered();
        var own = new ArrayList<Range>();
        for (Range range : ranges) {
            long from = Math.max(floor, range.getSmallest());
            long to = range.getLargest();
            long number;
            while (from <= to && own.size() < MAX_OWN_RANGES && (number = numbers.largestDrawnIn(from, to)) >= 0) {
                long lowest = numbers.startOfRun(from, number);
                addRange(own, lowest, number);
                to = lowest - 1;
            }
        }
        return own.isEmpty() ? null : new AckFrame(quicVersion.getVersion(), own, frame.getAckDelay());
    }

    /// More ranges than this in one ACK are not passed on; what they acknowledge is acknowledged again by the next ACK.
    private static final int MAX_OWN_RANGES = 48;

    private static void addRange(List<Range> ranges, long from, long to) {
        int last = ranges.size() - 1;
        if (last >= 0 && ranges.get(last).getSmallest() == to + 1) {
            ranges.set(last, new Range(from, ranges.get(last).getLargest()));
        } else {
            ranges.add(new Range(from, to));
        }
    }

    @Override
    public void process(DatagramFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (!canReceiveDatagram()) {
            super.process(frame, packet, metaData);
            return;
        }
        session.datagram(packet.getPacketNumber(), frame.getData());
    }

    @Override
    public void process(MaxStreamsFrame frame, QuicPacket packet, PacketMetaData metaData) {
        super.process(frame, packet, metaData);
        if (!frame.isAppliesToBidirectional() && streams.isStarted()) {
            KwikInternals.takeUnidirectionalStreams(getStreamManager());
            session.streamIdLimit(4 * getStreamManager().getMaxUnidirectionalStreams() + 3);
        }
    }

    @Override
    public void process(MaxDataFrame frame, QuicPacket packet, PacketMetaData metaData) {
        super.process(frame, packet, metaData);
        if (streams.isStarted()) {
            session.connectionData(KwikInternals.takeConnectionData(flowController, KWIK_DATA));
        }
    }

    @Override
    public void process(MaxStreamDataFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (isMedia(frame.getStreamId()) && isOpened(frame.getStreamId(), "MAX_STREAM_DATA")) {
            session.streamDataLimit(frame.getStreamId(), frame.getMaxData());
        } else if (!isMedia(frame.getStreamId())) {
            super.process(frame, packet, metaData);
        }
    }

    @Override
    public void process(StopSendingFrame frame, QuicPacket packet, PacketMetaData metaData) {
        if (isMedia(frame.getStreamId()) && isOpened(frame.getStreamId(), "STOP_SENDING")) {
            session.stopSending(frame.getStreamId(), frame.getErrorCode());
        } else if (!isMedia(frame.getStreamId())) {
            super.process(frame, packet, metaData);
        }
    }

    /// A stream of ours that we have not opened is nothing to speak of (RFC 9000 sections 19.5 and 19.10).
    private boolean isOpened(int streamId, String frame) {
        boolean opened = streamId < session.nextStreamId();
        if (!opened) {
            closeForError(TransportErrorCode.STREAM_STATE_ERROR, frame + " for stream " + streamId + ", which was never opened");
        }
        return opened;
    }

    @Override
    public void process(ResetStreamFrame frame, QuicPacket packet, PacketMetaData metaData) {
        streams.resetByPeer(frame.getStreamId(), frame.getErrorCode());
        super.process(frame, packet, metaData);
        streams.resetProcessed(frame.getStreamId());
    }

    /// Frames of Kwik's own packets that were acknowledged.
    private void acknowledged(QuicPacket packet) {
        for (QuicFrame frame : packet.getFrames()) {
            if (frame instanceof StreamFrame stream && isMedia(stream.getStreamId())) {
                session.chunkAcknowledged(
                        stream.getStreamId(), stream.getOffset(), stream.getLength(), stream.isFinal());
            } else if (frame instanceof StreamFrame stream && (stream.getStreamId() & 2) == 0) {
                session.requestStreamAcknowledged(stream.getStreamId());
            } else if (frame instanceof DatagramFrame) {
                session.datagramDone(false);
            } else {
                connectionIds.acknowledged(frame);
            }
        }
    }

    // ---- QuicEndpoint: what the engine asks for

    @Override
    public InetSocketAddress remoteAddress() {
        return peer;
    }

    @Override
    public int maxDatagramPayload() {
        if (!canSendDatagram()) {
            return 0;
        }
        int inPacket = getMaxPacketSize() - DATAGRAM_OVERHEAD - getDestinationConnectionId().length;
        return Math.min(inPacket, getMaxDatagramFrameSize() - DATAGRAM_FRAME);
    }

    @Override
    public long initialStreamDataLimit() {
        TransportParameters parameters = peerParameters;
        return parameters == null ? 0 : parameters.getInitialMaxStreamDataUni();
    }

    @Override
    public void requestStreamFrame() {
        if (frameRequested.compareAndSet(false, true)) {
            send(this::nextChunk, MINIMUM_CHUNK, EncryptionLevel.App, this::chunkLost, true);
        }
    }

    private @Nullable QuicFrame nextChunk(int maximum) {
        frameRequested.set(false);
        StreamChunk chunk = session.nextStreamFrame(maximum - 1);
        return chunk == null
                ? null
                : new StreamFrame((int) chunk.streamId(), chunk.offset(), chunk.data(), chunk.fin());
    }

    private void chunkLost(QuicFrame frame) {
        if (frame instanceof StreamFrame stream) {
            session.chunkLost(stream.getStreamId(), stream.getOffset(), stream.getLength(), stream.isFinal());
        }
    }

    @Override
    public void requestDatagram(int length) {
        if (datagramRequested.compareAndSet(false, true)) {
            send(this::nextDatagram, length + DATAGRAM_FRAME, EncryptionLevel.App, lost -> session.datagramDone(true), true);
        }
    }

    private @Nullable QuicFrame nextDatagram(int maximum) {
        datagramRequested.set(false);
        byte[] payload = session.nextDatagram(maximum - DATAGRAM_FRAME);
        return payload == null ? null : new DatagramFrame(payload);
    }

    @Override
    public void sendReset(long streamId, long errorCode, long finalSize) {
        resendUntilAcknowledged(new ResetStreamFrame((int) streamId, errorCode, finalSize));
    }

    private void resendUntilAcknowledged(QuicFrame frame) {
        send(frame, this::resendUntilAcknowledged, true);
    }

    @Override
    public void sendPing() {
        if (!sendQueue.hasProbe()) {
            getSender().sendProbe(EncryptionLevel.App); // whatever the congestion window says (RFC 9002 section 7.5)
        }
    }

    @Override
    public void wakeSender() {
        if (sendQueue.hasRequests()) {
            getSender().flush();
        }
    }

    /// Kwik wakes its sender thread after every datagram received. An ACK asks for no answer, and ACKs of kernel-sent packets
    /// are most of what subscribers send.
    @Override
    public void datagramProcessed() {
        if (!streams.isStarted() || sendQueue.hasProbe() || !sendQueue.isEmpty()) {
            super.datagramProcessed();
        } else {
            runPostProcessingActions();
        }
    }

    @Override
    public void openRequest(ControlMessage first, RequestListener listener) {
        streams.openRequest(first, listener);
    }

    @Override
    public void sendControl(ControlMessage message) {
        streams.sendControl(message);
    }

    @Override
    public void close(long errorCode, String reason) {
        closeNow(() -> immediateCloseWithError(errorCode, ErrorType.APPLICATION_ERROR, reason));
    }

    @Override
    public void closeForViolation(String reason) {
        closeForError(TransportErrorCode.PROTOCOL_VIOLATION, reason);
    }

    @Override
    public void closeForKeyUpdates(String reason) {
        closeForError(TransportErrorCode.KEY_UPDATE_ERROR, reason);
    }

    private void closeForError(TransportErrorCode error, String reason) {
        closeNow(() -> immediateCloseWithError(error.value, ErrorType.QUIC_LAYER_ERROR, reason));
    }

    /// Invalidate first, then say goodbye (DESIGN rule 9); outside of packet processing Kwik wants to be flushed.
    private void closeNow(Runnable close) {
        end();
        close.run();
        getSender().flush();
    }

    // ---- the end, however it comes

    private void end() {
        if (!ended) {
            ended = true;
            session.closed();
            streams.end();
        }
    }

    @Override
    protected void emit(ConnectionTerminatedEvent event) {
        end();
        super.emit(event);
    }

    @Override
    protected void preTerminateHook() {
        end();
        super.preTerminateHook();
    }

    /// Has something done when Kwik has let go of the connection.
    void whenTerminated(Runnable action) {
        terminated = action;
    }

    @Override
    protected void postTerminateHook() {
        end();
        terminated.run();
        super.postTerminateHook();
    }

    @Override
    public void abortConnection(Throwable error) {
        // Of a connection that is over, the sender may still meet cells of the data plane that are gone: nothing to tell anybody.
        LOG.atLevel(ended ? Level.DEBUG : Level.WARN)
                .setCause(error).addKeyValue("peer", peer).log("a connection was given up for an internal error");
        end();
        super.abortConnection(error);
    }
}
