// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.Control;
import dev.weir.abi.EntryState;
import dev.weir.abi.Fanout;
import dev.weir.abi.Lane;
import dev.weir.abi.LaneFlag;
import dev.weir.abi.LaneStream;
import dev.weir.abi.LaneStreamKey;
import dev.weir.abi.Subscription;
import dev.weir.abi.SubscriptionFlag;
import dev.weir.abi.TrackKey;
import dev.weir.abi.TrackRef;
import dev.weir.abi.TrackState;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirReason;
import dev.weir.engine.Cells;
import dev.weir.engine.DataPlane;
import dev.weir.engine.PolicyPlane;
import dev.weir.engine.QuicEndpoint;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.view.KernelView;
import dev.weir.engine.view.LaneFacts;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.BpfStatistics;
import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.KernelFeatures;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.RingBuffer;
import dev.weir.kernel.Route;
import dev.weir.kernel.RouteResolver;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/// The data plane in the kernel: loads the object, attaches it to every device, writes its maps.
///
/// Everything the kernel reads while packets flow is written so that it never sees half of it: a lane or publisher is
/// taken out of force (state, then generation) before it changes and put in force last; a lane list is written beside the
/// one in force and then flipped. Called under the engine's lock, [#renewLease] excepted.
public final class KernelDataPlane implements DataPlane {
    private static final String OBJECT = "/bpf/weir_ingress.bpf.o";
    private static final int NO_GENERATION = 0;
    /// One program run serves at most 256 lanes, which takes about a millisecond.
    private static final long LONGEST_RUN_NANOS = 2_000_000;

    private final LoadedObject object;
    private final Attachments attachments;
    private final KernelPolicies policies;
    private final BpfStatistics runStatistics;
    private final RouteResolver routes;
    private final RingBuffer events;
    private final int port;
    private final Map<Integer, Route> routesOf = new HashMap<>();
    private final Arena arena = Arena.ofShared();
    private final MemorySegment control;
    private final MemorySegment lanes;
    private final MemorySegment numbers;
    private final MemorySegment credit;
    private final MemorySegment trackStates;
    private final MemorySegment fanouts;
    private final BpfMap tracks;
    private final BpfMap laneStreams;
    private final BpfMap counters;
    private final PublisherMaps publishers;
    private final BitSet usedTracks = new BitSet();
    private final MemorySegment laneStreamKey;
    private final MemorySegment laneStreamValue;
    private boolean closed;

    private KernelDataPlane(LoadedObject object, byte[] core, int port) {
        this.object = object;
        this.port = port;
        attachments = new Attachments(object);
        policies = new KernelPolicies(object, new PolicyPrograms(core, object, attachments::replace));
        runStatistics = BpfStatistics.enable();
        routes = new RouteResolver();
        events = RingBuffer.of(object.map("events"));
        control = object.map("control").mmap();
        lanes = object.map("lanes").mmap();
        numbers = object.map("packet_numbers").mmap();
        credit = object.map("credit").mmap();
        trackStates = object.map("track_states").mmap();
        fanouts = object.map("fanouts").mmap();
        tracks = object.map("tracks");
        laneStreams = object.map("lane_streams");
        counters = object.map("counters");
        publishers = new PublisherMaps(object, arena);
        laneStreamKey = arena.allocate(LaneStreamKey.LAYOUT);
        laneStreamValue = arena.allocate(LaneStream.LAYOUT);
    }

    /// The same with a ring buffer of the usual size.
    public static KernelDataPlane open(int port) {
        return open(port, RelayOptions.DEFAULT_RING_BYTES);
    }

    /// Loads the data plane and attaches it to every device that is up.
    ///
    /// @param port UDP port of the relay
    /// @param ringBytes size of the ring buffer of records, a power of two of whole pages
    /// @throws KernelException with a sentence for the operator if the kernel or the privileges do not allow it
    public static KernelDataPlane open(int port, int ringBytes) {
        KernelFeatures.requireDataPlane();
        byte[] core = BpfObjectFile.resource(OBJECT);
        LoadedObject object = BpfObjectFile.open(core, OBJECT.substring(OBJECT.lastIndexOf('/') + 1))
                .resize("events", ringBytes)
                .load();
        try {
            checkLayouts(object);
            var plane = new KernelDataPlane(object, core, port);
            Control.abiVersion(plane.control, dev.weir.abi.WeirAbi.VERSION);
            Control.listenPort(plane.control, (short) port);
            plane.attachments.attachAll();
            return plane;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /// The object and the Java layouts come from one build; a class path with two builds on it would write nonsense.
    private static void checkLayouts(LoadedObject object) {
        Map<String, Long> sizes = Map.of(
                "control", Control.SIZE,
                "lanes", Lane.SIZE,
                "credit", dev.weir.abi.Credit.SIZE,
                "publishers", dev.weir.abi.Publisher.SIZE,
                "track_states", TrackState.SIZE,
                "fanouts", Fanout.SIZE,
                "streams", dev.weir.abi.StreamState.SIZE,
                "lane_streams", LaneStream.SIZE);
        sizes.forEach((map, size) -> {
            if (object.map(map).valueSize() != size) {
                throw new KernelException(
                        0,
                        "The BPF object's map " + map + " has entries of "
                                + object.map(map).valueSize() + " bytes and the Java layout " + size
                                + "; two builds of Weir are on the class path, rebuild with ./mvnw clean verify.");
            }
        });
    }

    @Override
    public PolicyPlane policies() {
        return policies;
    }

    @Override
    public int laneSlots() {
        return WeirLimit.LANES;
    }

    @Override
    public Cells cells(int slot) {
        return Cells.over(
                numbers.asSlice(slot * dev.weir.abi.PacketNumberCell.SIZE, dev.weir.abi.PacketNumberCell.SIZE),
                credit.asSlice(slot * dev.weir.abi.Credit.SIZE, dev.weir.abi.Credit.SIZE));
    }

    // ---- lanes

    @Override
    public boolean publishLane(int slot, QuicEndpoint.WriteSide side, InetSocketAddress peer) {
        Route route = attachments.inNamespace(() -> routes.resolve(peer.getAddress(), null).orElse(null));
        if (route == null) {
            return false;
        }
        if (attachments.device(route.ifindex()) == null) {
            attachments.attachAll();
        }
        InterfaceInfo device = attachments.device(route.ifindex());
        routesOf.put(slot, route);
        LaneHeader header = LaneHeader.of(route, port, peer, side.connectionId());
        MemorySegment lane = Lane.at(lanes, slot);
        int generation = Lane.generation(lane) + 1;
        Lane.state(lane, EntryState.EMPTY.value);
        VarHandle.releaseFence();
        lane.asSlice(Lane.IFINDEX_OFFSET).fill((byte) 0);
        Lane.generation(lane, generation);
        Lane.ifindex(lane, route.ifindex());
        boolean free = device != null && device.kind() != InterfaceInfo.Kind.OTHER;
        Lane.flags(lane, (header.ipv6() ? LaneFlag.IPV6.value : 0) | (free ? LaneFlag.CHECKSUM_FREE.value : 0));
        Lane.headerLength(lane, header.length());
        Lane.connectionIdLength(lane, side.connectionId().length);
        int mtu = route.mtu() > 0 ? route.mtu() : device == null ? 1500 : device.mtu();
        Lane.maxUdpPayload(lane, Math.min(side.maxUdpPayload(), mtu - LaneHeader.overhead(header.ipv6())));
        Lane.maxDatagramFrame(lane, side.maxDatagramFrame());
        Lane.switchPacketNumber(lane, Long.MAX_VALUE);
        Lane.packetNumberLimit(lane, Long.MAX_VALUE);
        KeyWriter.write(Lane.keys(lane, 0), side.keys());
        MemorySegment.copy(side.headerProtection(), 0, Lane.hp(lane), ValueLayout.JAVA_BYTE, 0, 32);
        MemorySegment.copy(header.bytes(), 0, Lane.header(lane), ValueLayout.JAVA_BYTE, 0, WeirLimit.HEADER);
        Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 0, (byte) side.keys().phase());
        Lane.ipChecksum(lane, header.ipChecksum());
        Lane.pseudoChecksum(lane, header.pseudoChecksum());
        Lane.streamDataLimit(lane, side.streamDataLimit());
        VarHandle.releaseFence();
        Lane.state(lane, EntryState.LIVE.value);
        return true;
    }

    @Override
    public boolean routeChanged(int slot, InetSocketAddress peer) {
        Route now = attachments.inNamespace(() -> routes.resolve(peer.getAddress(), null).orElse(null));
        Route then = routesOf.get(slot);
        return now != null
                && then != null
                && (now.ifindex() != then.ifindex()
                        || !Arrays.equals(now.destinationMac(), then.destinationMac())
                        || !Arrays.equals(now.sourceMac(), then.sourceMac())
                        || !now.source().equals(then.source()));
    }

    @Override
    public void holdPacketNumbers(int slot, long limit) {
        Lane.packetNumberLimit(Lane.at(lanes, slot), limit);
        VarHandle.fullFence();
    }

    @Override
    public void switchKeys(int slot, QuicEndpoint.Keys next, long switchNumber) {
        MemorySegment lane = Lane.at(lanes, slot);
        if (Lane.switchPacketNumber(lane) != Long.MAX_VALUE) {
            // The switch before this one is long past (an update needs an acknowledged packet): its new keys are the old ones now.
            Lane.keys(lane, 0).copyFrom(Lane.keys(lane, 1));
            Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 0, Lane.keyPhase(lane).get(ValueLayout.JAVA_BYTE, 1));
            VarHandle.releaseFence();
            Lane.switchPacketNumber(lane, Long.MAX_VALUE);
            quiesce(); // a program run that began before may still read keys[1]
        }
        KeyWriter.write(Lane.keys(lane, 1), next);
        Lane.keyPhase(lane).set(ValueLayout.JAVA_BYTE, 1, (byte) next.phase());
        VarHandle.releaseFence();
        Lane.switchPacketNumber(lane, switchNumber);
        VarHandle.releaseFence();
        Lane.packetNumberLimit(lane, Long.MAX_VALUE);
    }

    @Override
    public void withdrawLane(int slot) {
        MemorySegment lane = Lane.at(lanes, slot);
        Lane.state(lane, EntryState.EMPTY.value);
        VarHandle.fullFence();
        Lane.generation(lane, Lane.generation(lane) + 1);
        VarHandle.fullFence();
        quiesce(); // a run that is sealing with these keys must not see half of them
        Lane.keys(lane, 0).fill((byte) 0);
        Lane.keys(lane, 1).fill((byte) 0);
        Lane.hp(lane).fill((byte) 0);
        routesOf.remove(slot);
    }

    @Override
    public void quiesce() {
        LockSupport.parkNanos(LONGEST_RUN_NANOS);
    }

    @Override
    public int laneGeneration(int slot) {
        return slot < WeirLimit.LANES ? Lane.generation(Lane.at(lanes, slot)) : NO_GENERATION;
    }

    // ---- publishers

    @Override
    public int openPublisher(QuicEndpoint.ReadSide side, InetSocketAddress peer) {
        attachments.attachAll();
        return publishers.open(side, peer);
    }

    @Override
    public void updatePublisher(int publisher, QuicEndpoint.ReadSide side) {
        publishers.update(publisher, side);
    }

    @Override
    public void received(int publisher, long nextPacketNumber) {
        publishers.received(publisher, nextPacketNumber);
    }

    @Override
    public int publisherGeneration(int publisher) {
        return publishers.generation(publisher);
    }

    @Override
    public void closePublisher(int publisher) {
        publishers.close(publisher);
    }

    @Override
    public void blockStream(int publisher, long publisherStream) {
        publishers.blockStream(publisher, publisherStream);
    }

    @Override
    public void forgetStream(int publisher, int generation, long publisherStream) {
        publishers.forgetStream(publisher, generation, publisherStream);
    }

    // ---- tracks

    @Override
    public int openTrack(int publisher, long alias, int defaultPriority, byte[] aliasOverride) {
        int track = newTrack(defaultPriority, aliasOverride);
        if (track == NONE) {
            return NONE;
        }
        try (Arena call = Arena.ofConfined()) {
            MemorySegment key = trackKey(call, publisher, alias);
            MemorySegment value = call.allocate(TrackRef.LAYOUT);
            TrackRef.track(value, track);
            TrackRef.generation(value, TrackState.generation(TrackState.at(trackStates, track)));
            tracks.update(key, value, BpfMap.UpdateMode.ANY);
        }
        return track;
    }

    @Override
    public int openOwnTrack(int publisher, int defaultPriority) {
        int track = newTrack(defaultPriority, new byte[0]);
        if (track != NONE) {
            publishers.ownTrack(publisher, track, TrackState.generation(TrackState.at(trackStates, track)));
        }
        return track;
    }

    private int newTrack(int defaultPriority, byte[] aliasOverride) {
        int track = usedTracks.nextClearBit(0);
        if (track >= WeirLimit.TRACKS) {
            return NONE;
        }
        usedTracks.set(track);
        MemorySegment state = TrackState.at(trackStates, track);
        int generation = TrackState.generation(state) + 1;
        TrackState.state(state, EntryState.EMPTY.value);
        VarHandle.releaseFence();
        TrackState.generation(state, generation);
        Fanout.count(Fanout.at(fanouts, 2L * track + TrackState.active(state)), 0);
        TrackState.defaultPriority(state, (byte) defaultPriority);
        TrackState.aliasLength(state, (byte) aliasOverride.length);
        MemorySegment.copy(aliasOverride, 0, TrackState.alias(state), ValueLayout.JAVA_BYTE, 0, aliasOverride.length);
        VarHandle.releaseFence();
        TrackState.state(state, EntryState.LIVE.value);
        return track;
    }

    @Override
    public void closeTrack(int publisher, long alias, int track) {
        MemorySegment state = TrackState.at(trackStates, track);
        TrackState.state(state, EntryState.EMPTY.value);
        VarHandle.fullFence();
        TrackState.generation(state, TrackState.generation(state) + 1);
        try (Arena call = Arena.ofConfined()) {
            tracks.delete(trackKey(call, publisher, alias));
        }
        usedTracks.clear(track);
    }

    private static MemorySegment trackKey(Arena call, int publisher, long alias) {
        MemorySegment key = call.allocate(TrackKey.LAYOUT);
        TrackKey.publisher(key, publisher);
        TrackKey.alias(key, alias);
        return key;
    }

    @Override
    public void fanout(int track, List<FanoutEntry> entries) {
        MemorySegment state = TrackState.at(trackStates, track);
        int next = 1 - TrackState.active(state);
        MemorySegment list = Fanout.at(fanouts, 2L * track + next);
        int count = Math.min(entries.size(), WeirLimit.FANOUT);
        for (int i = 0; i < count; i++) {
            FanoutEntry entry = entries.get(i);
            MemorySegment subscription = Fanout.entries(list, i);
            Subscription.lane(subscription, entry.slot());
            Subscription.laneGeneration(subscription, laneGeneration(entry.slot()));
            Subscription.startGroup(subscription, entry.startGroup());
            Subscription.startObject(subscription, entry.startObject());
            Subscription.endGroup(subscription, entry.endGroup());
            Subscription.flags(subscription, entry.forward() ? SubscriptionFlag.FORWARD.value : 0);
            Subscription.priority(subscription, entry.priority());
            Subscription.policy(subscription, entry.policy());
            Subscription.memory(subscription, entry.memory());
        }
        Fanout.count(list, count);
        VarHandle.releaseFence();
        TrackState.active(state, next);
    }

    // ---- lane streams

    @Override
    public boolean handOver(LaneStreamEntry entry) {
        laneStream(entry);
        return laneStreams.update(laneStreamKey, laneStreamValue, BpfMap.UpdateMode.ANY);
    }

    @Override
    public void laneStreamLimit(LaneStreamEntry entry) {
        laneStream(entry);
        try (Arena call = Arena.ofConfined()) {
            MemorySegment present = call.allocate(LaneStream.LAYOUT);
            if (laneStreams.lookup(laneStreamKey, present)) {
                // The kernel may have gone on; its high-water mark is the larger one.
                LaneStream.charged(laneStreamValue, Math.max(LaneStream.charged(present), entry.charged()));
                laneStreams.update(laneStreamKey, laneStreamValue, BpfMap.UpdateMode.EXIST);
            }
        }
    }

    private void laneStream(LaneStreamEntry entry) {
        laneStreamKey(entry.slot(), entry.publisher(), entry.publisherStream());
        LaneStream.laneGeneration(laneStreamValue, laneGeneration(entry.slot()));
        LaneStream.streamId(laneStreamValue, entry.laneStream());
        LaneStream.limit(laneStreamValue, entry.limit());
        LaneStream.charged(laneStreamValue, entry.charged());
        LaneStream.shift(laneStreamValue, entry.shift());
    }

    private void laneStreamKey(int slot, int publisher, long stream) {
        LaneStreamKey.lane(laneStreamKey, slot);
        LaneStreamKey.publisher(laneStreamKey, publisher);
        LaneStreamKey.streamId(laneStreamKey, stream);
    }

    @Override
    public void forgetLaneStream(int slot, int publisher, long publisherStream) {
        laneStreamKey(slot, publisher, publisherStream);
        laneStreams.delete(laneStreamKey);
    }

    // ---- lease, records, statistics

    @Override
    public void renewLease(long untilNanos) {
        if (!closed) {
            Control.leaseUntilNs(control, untilNanos);
        }
    }

    @Override
    public long leaseUntilNanos() {
        return closed ? 0 : Control.leaseUntilNs(control);
    }

    @Override
    public LaneFacts laneFacts(int slot) {
        return closed ? LaneFacts.NONE : KernelReading.laneFacts(Lane.at(lanes, slot), attachments);
    }

    @Override
    public KernelView kernelView() {
        return closed ? KernelView.NONE : KernelReading.view(object, attachments, events.pending());
    }

    @Override
    public void drain(RecordHandler handler) {
        if (!closed) {
            events.drain(handler::handle);
        }
    }

    @Override
    public Map<String, Long> statistics() {
        var result = new TreeMap<String, Long>();
        for (WeirReason reason : WeirReason.values()) {
            if (reason.value < WeirReason.WEIR_COUNTERS.value && reason != WeirReason.NONE) {
                result.put("kernel." + reason.name().toLowerCase(Locale.ROOT), counters.sumPerCpu(reason.value));
            }
        }
        result.put("tag_failures", counters.sumPerCpu(WeirReason.BAD_TAG.value));
        BpfProgram.RunStatistics run = attachments.runStatistics();
        result.put("bpf.run_time_ns", run.runTimeNanos());
        result.put("bpf.run_count", run.runCount());
        result.put("ring.bytes", closed ? 0 : events.pending());
        result.put("ring.capacity", (long) object.map("events").maxEntries());
        return result;
    }

    @Override
    public Map<String, Integer> populations() {
        var result = new TreeMap<String, Integer>();
        for (String name : List.of("connection_ids", "tracks", "streams", "lane_streams")) {
            result.put(name, object.map(name).population());
        }
        return result;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        Control.leaseUntilNs(control, 0);
        closed = true;
        attachments.close();
        runStatistics.close();
        events.close();
        lanes.fill((byte) 0);
        publishers.wipe();
        object.close();
        arena.close();
    }
}
