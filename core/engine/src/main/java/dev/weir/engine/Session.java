// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.WeirLaneState;
import dev.weir.abi.WeirTrackState;
import dev.weir.engine.dataplane.SharedLaneState;
import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.TrackNamespace;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.WeakHashMap;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// One MoQT session on one QUIC connection: publisher, subscriber or both. The QUIC adapter reports everything that
/// happens on the connection here; each report takes the engine's lock.
public final class Session {
    /// A STREAM frame for the adapter to send.
    ///
    /// @param streamId our stream
    /// @param offset of the first byte
    /// @param data payload, may be empty if `fin`
    /// @param fin last frame of the stream
    public record StreamChunk(long streamId, long offset, byte[] data, boolean fin) {}

    /// A lane is written anew so often at most: taking the old one out of force holds up everybody for milliseconds.
    private static final long LANE_REST_NANOS = 100_000_000L;
    final Relay relay;
    final int slot;
    final Cells cells;
    final CongestionControl congestion;
    final Ledger ledger = new Ledger();
    final RttEstimate rtt = new RttEstimate();
    final SendQueue queue = new SendQueue();
    final LaneAccount account = new LaneAccount();
    final PathMeasure measure = new PathMeasure();
    final LaneHistory history = new LaneHistory();
    /// Null while nobody traces it.
    volatile @Nullable ConnectionTrace trace;
    final KeyUpdateRate keyUpdates = new KeyUpdateRate();
    final SkippedNumbers skipped = new SkippedNumbers(RandomGenerator.getDefault());
    /// Words that policies keep for this lane where no kernel shares them.
    private final Map<InstalledPolicy, MemorySegment> laneWords = new WeakHashMap<>();
    String laneClass = LaneView.DEFAULT_CLASS;
    Framing framing = Framing.MOQT;
    final Map<Track, Subscription> subscriptions = new LinkedHashMap<>();
    /// What it announced, by the request stream that keeps the announcement alive.
    final Map<RequestChannel, TrackNamespace> namespaces = new LinkedHashMap<>();
    final Map<Long, Track> tracksByAlias = new HashMap<>();
    final EndedAliases endedAliases = new EndedAliases();
    final PublisherStreams upstream = new PublisherStreams();
    final Deque<DatagramDelivery.EarlyDatagram> early = new ArrayDeque<>();
    final ServedDatagrams served = new ServedDatagrams();
    private @Nullable QuicEndpoint endpoint;
    /// The peer's connection ID is about to change: the lane must not go live.
    boolean laneHeld;
    /// The lane is not put in force again before, CLOCK_MONOTONIC.
    long laneDueNanos;
    boolean laneLive;
    private boolean laneBegun;
    private int firstLaneGeneration;
    volatile boolean closed;
    volatile int publisherIndex = DataPlane.NONE;
    private long nextReceived;
    /// When a packet of the peer was received for the last time.
    volatile long lastHeardNanos;
    /// Since when a sign of life is waited for; 0: it is not. See [Succession].
    long suspectedNanos;
    int publisherGeneration;
    long nextRequestId = 1;
    /// Request IDs that the peer has used, halved: one range, as long as it leaves none out.
    final RangeSet requestIds = new RangeSet();
    boolean setupReceived;
    long maxAckDelayNanos = 25_000_000;
    int probes;
    long lastProbeNanos;
    /// When user space has sent a packet, or heard what became of one; relay's clock.
    volatile long userChangedNanos;
    int reminders;
    long lastReminderNanos;
    private long datagramPacket = -1;
    private int datagramsOfPacket;

    Session(Relay relay, int slot, Cells cells, CongestionControl congestion) {
        this.relay = relay;
        this.slot = slot;
        this.cells = cells;
        this.congestion = congestion;
        cells.congestionWindow(congestion.window());
    }

    /// The cells this connection draws packet numbers and credit from.
    public Cells cells() {
        return cells;
    }

    /// The congestion controller that both senders share.
    public CongestionControl congestion() {
        return congestion;
    }

    /// Bytes in flight, of kernel and user space together.
    public long bytesInFlight() {
        return cells.bytesInFlight();
    }

    /// The unidirectional stream ID that kernel or user space will open next; every smaller one was opened.
    public long nextStreamId() {
        return cells.nextStreamId();
    }

    /// A packet that user space sent is in flight, or (negative) no longer.
    public void addInFlight(long bytes) {
        cells.addInFlight(bytes);
        userChangedNanos = relay.now();
        if (bytes > 0) {
            cells.addSent(bytes);
        }
    }

    /// Packets that user space sent were acknowledged.
    ///
    /// @param sentNanos when the newest of them was sent, CLOCK_MONOTONIC
    public void userBytesAcknowledged(long bytes, long sentNanos) {
        long before = cells.bytesInFlight();
        cells.addInFlight(-bytes);
        userChangedNanos = relay.now();
        congestion.acknowledged(bytes, sentNanos, before);
        cells.congestionWindow(congestion.window());
        if (ledger.outstanding() == 0 && sentNanos > 0) {
            // Without kernel copies these are the only round trips there are; what the peer waited is in them.
            long rtt = System.nanoTime() - sentNanos;
            measure.sample(rtt, measure.smoothedRttNanos() == 0 ? rtt : (7 * measure.smoothedRttNanos() + rtt) / 8);
        }
        if (cells.bytesInFlight() == 0) {
            measure.drained();
        }
    }

    /// Packets that user space sent were lost.
    ///
    /// @param sentNanos when the newest of them was sent, CLOCK_MONOTONIC
    public void userBytesLost(long bytes, long sentNanos) {
        cells.addInFlight(-bytes);
        userChangedNanos = relay.now();
        congestion.lost(sentNanos, System.nanoTime());
        cells.congestionWindow(congestion.window());
    }

    /// What hears of its packets; null: nobody does.
    public @Nullable ConnectionTrace trace() {
        return trace;
    }

    /// Its lane has been put in force.
    void laneBegins(DataPlane plane) {
        if (!laneBegun) {
            laneBegun = true;
            firstLaneGeneration = plane.laneGeneration(slot);
        }
        laneLive = true;
        laneDueNanos = relay.now() + LANE_REST_NANOS;
    }

    /// Whether a generation of the lane is one of this connection's: the present one, or one from before its connection ID, keys or
    /// route changed, whose last records are read only now.
    boolean hadLane(int generation, DataPlane plane) {
        return !closed
                && laneBegun
                && generation - firstLaneGeneration >= 0
                && generation - plane.laneGeneration(slot) <= 0;
    }

    QuicEndpoint endpoint() {
        if (endpoint == null) {
            throw new IllegalStateException("session used before its connection was established");
        }
        return endpoint;
    }

    boolean isEstablished() {
        return endpoint != null && !closed;
    }

    /// Says what the connection's payloads are; before [#established], and MoQT if nobody says it.
    public void framing(Framing ofConnection) {
        framing = ofConnection;
    }

    /// The handshake is complete.
    ///
    /// @param connection the connection
    /// @param nextStreamId first unidirectional stream ID free for media
    /// @param streamIdLimit first one the peer does not allow
    /// @param connectionData bytes of the peer's MAX_DATA for media
    /// @param maxAckDelayMillis the peer's max_ack_delay
    public void established(
            QuicEndpoint connection, long nextStreamId, long streamIdLimit, long connectionData, int maxAckDelayMillis) {
        relay.locked(() -> {
            endpoint = connection;
            history.establishedNanos = relay.now();
            lastHeardNanos = relay.now();
            maxAckDelayNanos = maxAckDelayMillis * 1_000_000L;
            cells.streamIds(nextStreamId, streamIdLimit);
            cells.giveConnectionData(connectionData);
            relay.policies().classify(this);
            relay.tracing().established(this);
            relay.lanes().writeSideChanged(this);
            relay.ownFraming().established(this);
        });
    }

    /// A message on the peer's control stream.
    public void control(ControlMessage message) {
        relay.locked(() -> relay.controlPlane().control(this, message));
    }

    /// The first message of a request stream that the peer opened.
    public void request(RequestChannel channel, ControlMessage message) {
        relay.locked(() -> relay.controlPlane().request(this, channel, message));
    }

    /// A later message on a request stream that the peer opened.
    public void requestMessage(RequestChannel channel, ControlMessage message) {
        relay.locked(() -> relay.controlPlane().requestMessage(this, channel, message));
    }

    /// The peer has ended or reset a request stream that it opened.
    public void requestClosed(RequestChannel channel) {
        relay.locked(() -> relay.controlPlane().requestClosed(this, channel));
    }

    /// Something we sent on a request stream was acknowledged.
    public void requestStreamAcknowledged(long streamId) {
        relay.locked(() -> relay.controlPlane().requestAcknowledged(this, streamId));
    }

    /// In-order bytes of one of the peer's unidirectional data streams, from its first byte on.
    public void streamData(long streamId, byte[] data, int length, boolean fin) {
        relay.locked(() -> relay.streamDelivery().streamData(this, streamId, data, length, fin));
    }

    /// The peer has reset one of its data streams.
    public void streamReset(long streamId, long errorCode) {
        relay.locked(() -> relay.streamDelivery().streamReset(this, streamId, errorCode));
    }

    /// A DATAGRAM of the peer.
    ///
    /// @param packetNumber the packet it came in
    /// @param payload frame payload
    public void datagram(long packetNumber, byte[] payload) {
        relay.locked(() -> relay.datagrams().received(this, packetNumber, payload));
    }

    /// The place of the next DATAGRAM of a packet among all that the packet has; they come in order.
    int datagramOrdinal(long packetNumber) {
        if (packetNumber != datagramPacket) {
            datagramPacket = packetNumber;
            datagramsOfPacket = 0;
        }
        return datagramsOfPacket++;
    }

    /// A 1-RTT packet of the peer was received; called for each, without the engine's lock.
    public void packetReceived(long packetNumber) {
        lastHeardNanos = relay.now();
        DataPlane plane = relay.dataPlane();
        int index = publisherIndex;
        if (plane != null && index != DataPlane.NONE && !closed && packetNumber >= nextReceived) {
            nextReceived = packetNumber + 1;
            plane.received(index, nextReceived);
        }
    }

    /// An ACK frame. Drains the kernel's records first (DESIGN rule 4).
    ///
    /// @param ranges smallest and largest packet number of each range, largest range first
    /// @param delayNanos the peer's ack delay
    /// @param nowNanos when it was received, CLOCK_MONOTONIC
    /// @return false if it acknowledges a packet that was never sent: the connection is being closed
    public boolean acknowledged(long[] ranges, long delayNanos, long nowNanos) {
        return relay.lockedGet(() -> relay.recovery().acknowledged(this, ranges, delayNanos, nowNanos));
    }

    /// A STREAM frame that user space sent was acknowledged.
    public void chunkAcknowledged(long streamId, long offset, int length, boolean fin) {
        relay.locked(() -> relay.recovery().streamAcknowledged(this, streamId, offset, length, fin));
    }

    /// A STREAM frame that user space sent was lost.
    public void chunkLost(long streamId, long offset, int length, boolean fin) {
        relay.locked(() -> relay.recovery().streamLost(this, streamId, offset, length, fin));
    }

    /// A DATAGRAM of [#nextDatagram] was acknowledged or lost.
    public void datagramDone(boolean lost) {
        relay.locked(() -> relay.recovery().datagramDone(this, lost));
    }

    /// The payload of the next DATAGRAM that user space should send, or null. Called by the sender when a packet has room.
    ///
    /// @param room bytes for the payload
    public byte @Nullable [] nextDatagram(int room) {
        return relay.lockedGet(() -> relay.completion().nextDatagram(this, room));
    }

    /// The next STREAM frame that user space should send, or null. Called by the sender when a packet has room.
    ///
    /// @param maxFrame bytes of the whole frame
    public @Nullable StreamChunk nextStreamFrame(int maxFrame) {
        return relay.lockedGet(() -> relay.completion().nextChunk(this, maxFrame));
    }

    /// The peer allows more unidirectional streams.
    ///
    /// @param limit first stream ID that may not be opened
    public void streamIdLimit(long limit) {
        relay.locked(() -> {
            cells.streamIdLimit(limit);
            relay.streamDelivery().retryOpenings(this);
        });
    }

    /// The peer allows more data on the connection.
    public void connectionData(long moreBytes) {
        relay.locked(() -> {
            cells.giveConnectionData(moreBytes);
            relay.completion().wake(this);
        });
    }

    /// The peer allows more data on one of our media streams.
    public void streamDataLimit(long streamId, long limit) {
        relay.locked(() -> relay.completion().streamLimit(this, streamId, limit));
    }

    /// The peer wants no more of one of our media streams.
    public void stopSending(long streamId, long errorCode) {
        relay.locked(() -> relay.completion().stopSending(this, streamId, errorCode));
    }

    /// Write keys change. Nobody asks for keys while they do.
    ///
    /// @param update makes the new keys, which are in force for every later [QuicEndpoint#writeSide]
    /// @param switchAt hears the first packet number of the new keys before it can be drawn; if more than once, the last call holds
    public void switchWriteKeys(Supplier<QuicEndpoint.Keys> update, LongConsumer switchAt) {
        relay.locked(() -> relay.lanes().switchKeys(this, update.get(), switchAt));
    }

    /// How long an ACK may take before a probe is due (RFC 9002 section 6.2.1), nanoseconds.
    public long probeTimeoutNanos() {
        return relay.lockedGet(() -> rtt.probeTimeout(maxAckDelayNanos));
    }

    /// Read keys or own connection IDs have changed.
    public void readSideChanged() {
        relay.locked(() -> relay.readSideChanged(this));
    }

    /// The peer's connection ID changes. No copy has the old one when `change` begins, and the lane gets the new one afterwards.
    ///
    /// @param change called without the engine's lock
    public void connectionIdChanges(Runnable change) {
        relay.locked(() -> relay.lanes().hold(this));
        try {
            change.run();
        } finally {
            relay.locked(() -> relay.lanes().release(this));
        }
    }

    /// State that only user space keeps, for a policy that begins now.
    LaneState privateState(InstalledPolicy policy, long lastIndex, long dropUntil) {
        Arena arena = Arena.ofAuto();
        MemorySegment words = laneWords.computeIfAbsent(policy, p -> arena.allocate(WeirLaneState.LAYOUT));
        MemorySegment track = arena.allocate(WeirTrackState.LAYOUT);
        SharedLaneState.clear(track, lastIndex, dropUntil);
        return new SharedLaneState(track, words);
    }

    /// The connection is over, in whatever way. Calling it twice does nothing more.
    public void closed() {
        relay.locked(() -> relay.closed(this));
    }
}
