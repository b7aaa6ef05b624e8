// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.Control;
import dev.weir.abi.Fanout;
import dev.weir.abi.Lane;
import dev.weir.abi.LaneStream;
import dev.weir.abi.LaneStreamKey;
import dev.weir.abi.StreamLimit;
import dev.weir.abi.TrackState;
import dev.weir.abi.WeirAbi;
import dev.weir.abi.WeirLimit;
import dev.weir.abi.WeirReason;
import dev.weir.engine.Cells;
import dev.weir.engine.DataPlane;
import dev.weir.engine.PolicyPlane;
import dev.weir.engine.QuicEndpoint;
import dev.weir.engine.RelayOptions;
import dev.weir.engine.view.KernelView;
import dev.weir.engine.view.LaneFacts;
import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfMap;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.BpfProgram;
import dev.weir.kernel.BpfStatistics;
import dev.weir.kernel.KernelException;
import dev.weir.kernel.KernelFeatures;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.RingBuffer;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/// The data plane in the kernel: loads the object, attaches it to every device, writes its maps.
///
/// Everything the kernel reads while packets flow is written so that it never sees half of it: a lane or publisher is
/// taken out of force (state, then generation) before it changes and put in force last; a lane list is written beside the
/// one in force and then flipped. Called under the engine's lock, [#renewLease] excepted.
public final class KernelDataPlane implements DataPlane {
    private static final String OBJECT = "/bpf/weir_ingress.bpf.o";

    private final LoadedObject object;
    private final Attachments attachments;
    private final KernelPolicies policies;
    private final BpfStatistics runStatistics;
    private final RingBuffer events;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment control;
    private final ProgramRuns runs;
    private final LaneMaps lanes;
    private final MemorySegment numbers;
    private final MemorySegment credit;
    private final TrackMaps tracks;
    private final BpfMap laneStreams;
    private final BpfMap counters;
    private final PublisherMaps publishers;
    private final MemorySegment laneStreamKey;
    private final MemorySegment laneStreamValue;
    private final MemorySegment raisedLimit;
    private final BpfProgram streamLimit;
    private boolean closed;

    private KernelDataPlane(LoadedObject object, byte[] core, int port) {
        this.object = object;
        attachments = new Attachments(object);
        policies = new KernelPolicies(object, new PolicyPrograms(core, object, attachments::replace));
        runStatistics = BpfStatistics.enable();
        events = RingBuffer.of(object.map("events"));
        control = object.map("control").mmap();
        BpfMap runCells = object.map("runs");
        runs = new ProgramRuns(runCells.mmap(), runCells.maxEntries());
        lanes = new LaneMaps(object.map("lanes").mmap(), runs, attachments, port);
        numbers = object.map("packet_numbers").mmap();
        credit = object.map("credit").mmap();
        tracks = new TrackMaps(object, lanes::generation);
        laneStreams = object.map("lane_streams");
        counters = object.map("counters");
        publishers = new PublisherMaps(object, arena);
        laneStreamKey = arena.allocate(LaneStreamKey.LAYOUT);
        laneStreamValue = arena.allocate(LaneStream.LAYOUT);
        raisedLimit = arena.allocate(StreamLimit.LAYOUT);
        streamLimit = object.program("weir_stream_limit");
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
        requireVersion(core);
        LoadedObject object = BpfObjectFile.open(core, OBJECT.substring(OBJECT.lastIndexOf('/') + 1))
                .resize("events", ringBytes)
                .resizeToProcessors("runs")
                .load();
        try {
            checkLayouts(object);
            var plane = new KernelDataPlane(object, core, port);
            Control.listenPort(plane.control, (short) port);
            plane.attachments.attachAll();
            return plane;
        } catch (RuntimeException e) {
            object.close();
            throw e;
        }
    }

    /// The object and the Java layouts come from one build; with two builds on the class path each would take the other's maps for
    /// something else, even where all sizes agree.
    static void requireVersion(byte[] core) {
        int version = BpfElf.read(core, OBJECT).constant("weir_abi");
        if (version != WeirAbi.VERSION) {
            throw new KernelException(
                    0,
                    "The data plane's object has version " + version + " of weir/abi.h and this relay has version " + WeirAbi.VERSION
                            + "; two builds of Weir are on the class path, rebuild with ./mvnw clean verify.");
        }
    }

    /// The same for the sizes of what the maps hold.
    private static void checkLayouts(LoadedObject object) {
        Map<String, Long> sizes = Map.of(
                "control", Control.SIZE,
                "lanes", Lane.SIZE,
                "credit", dev.weir.abi.Credit.SIZE,
                "runs", dev.weir.abi.RunCell.SIZE,
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
        return lanes.publish(slot, side, peer);
    }

    @Override
    public boolean routeChanged(int slot, InetSocketAddress peer) {
        return lanes.routeChanged(slot, peer);
    }

    @Override
    public void holdPacketNumbers(int slot, long limit) {
        lanes.holdPacketNumbers(slot, limit);
    }

    @Override
    public void switchKeys(int slot, QuicEndpoint.Keys next, long switchNumber) {
        lanes.switchKeys(slot, next, switchNumber);
    }

    @Override
    public void withdrawLane(int slot) {
        lanes.withdraw(slot);
    }

    @Override
    public Runs runs() {
        if (closed) {
            return Runs.NONE;
        }
        Runs underWay = runs.now();
        return () -> closed || underWay.areOver();
    }

    @Override
    public void quiesce() {
        if (!closed) {
            runs.awaitEnd();
        }
    }

    @Override
    public int laneGeneration(int slot) {
        return lanes.generation(slot);
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
        return tracks.open(publisher, alias, defaultPriority, aliasOverride);
    }

    @Override
    public int openOwnTrack(int publisher, int defaultPriority) {
        int track = tracks.openUnnamed(defaultPriority, new byte[0]);
        if (track != NONE) {
            publishers.ownTrack(publisher, track, tracks.generation(track));
        }
        return track;
    }

    @Override
    public void closeTrack(int publisher, long alias, int track) {
        tracks.close(publisher, alias, track);
    }

    @Override
    public void fanout(int track, List<FanoutEntry> entries) {
        tracks.fanout(track, entries);
    }

    // ---- lane streams

    @Override
    public boolean handOver(LaneStreamEntry entry) {
        laneStream(entry);
        return laneStreams.update(laneStreamKey, laneStreamValue, BpfMap.UpdateMode.ANY);
    }

    @Override
    public void laneStreamLimit(LaneStreamEntry entry) {
        laneStreamKey(entry.slot(), entry.publisher(), entry.publisherStream());
        StreamLimit.key(raisedLimit).copyFrom(laneStreamKey);
        StreamLimit.streamId(raisedLimit, entry.laneStream());
        StreamLimit.limit(raisedLimit, entry.limit());
        streamLimit.call(raisedLimit);
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
        return closed ? LaneFacts.NONE : lanes.facts(slot);
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
        lanes.wipe();
        publishers.wipe();
        object.close();
        arena.close();
    }
}
