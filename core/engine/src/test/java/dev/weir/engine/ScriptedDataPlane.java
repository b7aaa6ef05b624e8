// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.Candidate;
import dev.weir.abi.CandidateFlag;
import dev.weir.abi.CandidateKind;
import dev.weir.abi.Credit;
import dev.weir.abi.PacketNumberCell;
import dev.weir.abi.PacketRecord;
import dev.weir.abi.RecordEntry;
import dev.weir.abi.WeirReason;
import dev.weir.abi.WeirRuling;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A data plane that does nothing but tell the records that a test has written.
final class ScriptedDataPlane implements DataPlane {
    static final int GENERATION = 7;

    final List<String> calls = new ArrayList<>();
    final ScriptedPolicies policies = new ScriptedPolicies(calls);
    private final Map<Integer, Cells> cells = new HashMap<>();
    private final Map<Integer, MemorySegment> numbers = new HashMap<>();
    private final Deque<MemorySegment> records = new ArrayDeque<>();
    /// How often a lane was withdrawn.
    private final Map<Integer, Integer> generations = new HashMap<>();
    /// Rows of the publisher and track tables that are left.
    int publishersLeft = Integer.MAX_VALUE;
    int tracksLeft = Integer.MAX_VALUE;
    private int nextTrack;
    private long copiesMade;
    private long ringFull;

    /// The kernel draws a packet number for a lane.
    long draw(int slot) {
        MemorySegment cell = numbers.get(slot);
        long number = PacketNumberCell.next(cell);
        PacketNumberCell.next(cell, number + 1);
        return number;
    }

    /// The kernel draws a packet number for a lane, and cannot write the record: nothing is sent with it.
    void drawInVain(int slot) {
        draw(slot);
        MemorySegment cell = numbers.get(slot);
        PacketNumberCell.unrecorded(cell, PacketNumberCell.unrecorded(cell) + 1);
        ringFull++;
    }

    /// The kernel makes a copy that no record tells of, or (-1) none where one does.
    void copyMade(int count) {
        copiesMade += count;
    }

    /// The kernel has sent one STREAM frame to a lane.
    ///
    /// @param opened stream ID if it opened the lane's stream with it, else -1
    void streamCopy(
            int track, int slot, long packetNumber, long publisherStream, long offset, int length, boolean fin, long opened) {
        MemorySegment record = record(1);
        MemorySegment candidate = PacketRecord.candidates(record, 0);
        Candidate.kind(candidate, (byte) CandidateKind.STREAM.value);
        Candidate.flags(
                candidate,
                (byte) ((fin ? CandidateFlag.FIN.value : 0) | (opened >= 0 ? CandidateFlag.HEADER.value : 0)));
        Candidate.track(candidate, track);
        Candidate.streamId(candidate, publisherStream);
        Candidate.offset(candidate, offset);
        Candidate.length(candidate, (short) length);
        MemorySegment entry = entry(record, slot, packetNumber, length + 60);
        RecordEntry.opened(entry, (short) (opened >= 0 ? 1 : 0));
        RecordEntry.firstStreamId(entry, Math.max(0, opened));
        records.add(record);
        copiesMade++;
    }

    /// The kernel has sent one DATAGRAM object of the publisher's packet `publisherNumber` to a lane.
    void datagramCopy(int track, int slot, long packetNumber, long publisherNumber, long group, long object) {
        MemorySegment record = record(1);
        PacketRecord.packetNumber(record, publisherNumber);
        MemorySegment candidate = PacketRecord.candidates(record, 0);
        Candidate.kind(candidate, (byte) CandidateKind.DATAGRAM.value);
        Candidate.track(candidate, track);
        Candidate.group(candidate, group);
        Candidate.object(candidate, object);
        entry(record, slot, packetNumber, 1200);
        records.add(record);
        copiesMade++;
    }

    /// The kernel's policy has admitted one DATAGRAM object of the publisher's packet `publisherNumber`, and the congestion window had
    /// no room for it.
    ///
    /// @param arrivedNanos when the packet came
    void datagramLeft(
            int track, int slot, long publisherNumber, long group, long object, int policy, long arrivedNanos) {
        datagramCopy(track, slot, 0, publisherNumber, group, object);
        PacketRecord.timeNs(records.getLast(), arrivedNanos);
        MemorySegment entry = records.getLast().asSlice(PacketRecord.SIZE);
        RecordEntry.forwarded(entry, (short) 0);
        RecordEntry.size(entry, (short) 0);
        copiesMade--;
        RecordEntry.reason(entry, (byte) WeirReason.CONGESTION.value);
        RecordEntry.policy(entry, (byte) policy);
        RecordEntry.rulings(entry, WeirRuling.FORWARD.value);
    }

    private static MemorySegment record(int candidates) {
        MemorySegment record = Arena.ofAuto().allocate(PacketRecord.SIZE + RecordEntry.SIZE, 8);
        PacketRecord.publisher(record, 0);
        PacketRecord.publisherGeneration(record, GENERATION);
        PacketRecord.candidateCount(record, (short) candidates);
        PacketRecord.entryCount(record, (short) 1);
        return record;
    }

    private static MemorySegment entry(MemorySegment record, int slot, long packetNumber, int size) {
        MemorySegment entry = record.asSlice(PacketRecord.SIZE);
        RecordEntry.lane(entry, slot);
        RecordEntry.laneGeneration(entry, GENERATION);
        RecordEntry.packetNumber(entry, packetNumber);
        RecordEntry.forwarded(entry, (short) 1);
        RecordEntry.size(entry, (short) size);
        return entry;
    }

    @Override
    public PolicyPlane policies() {
        return policies;
    }

    @Override
    public int laneSlots() {
        return 128;
    }

    @Override
    public Cells cells(int slot) {
        return cells.computeIfAbsent(slot, s -> Cells.over(
                numbers.computeIfAbsent(s, n -> Arena.ofAuto().allocate(PacketNumberCell.LAYOUT)),
                Arena.ofAuto().allocate(Credit.LAYOUT)));
    }

    @Override
    public boolean publishLane(int slot, QuicEndpoint.WriteSide side, InetSocketAddress peer) {
        calls.add("publish lane " + slot);
        return true;
    }

    @Override
    public boolean routeChanged(int slot, InetSocketAddress peer) {
        return false;
    }

    @Override
    public void holdPacketNumbers(int slot, long limit) {
        calls.add("hold packet numbers " + slot + " below " + limit);
    }

    @Override
    public void switchKeys(int slot, QuicEndpoint.Keys next, long switchNumber) {
        calls.add("switch keys " + slot + " at " + switchNumber);
    }

    @Override
    public void withdrawLane(int slot) {
        calls.add("withdraw lane " + slot);
        generations.merge(slot, 1, Integer::sum);
    }

    /// Whether a program run goes on that has begun before everything.
    boolean runGoesOn;

    @Override
    public Runs runs() {
        return () -> !runGoesOn;
    }

    @Override
    public void quiesce() {
        calls.add("quiesce");
    }

    @Override
    public int laneGeneration(int slot) {
        return GENERATION + generations.getOrDefault(slot, 0);
    }

    @Override
    public int openPublisher(QuicEndpoint.ReadSide side, InetSocketAddress peer) {
        return publishersLeft-- > 0 ? 0 : NONE;
    }

    @Override
    public void updatePublisher(int publisher, QuicEndpoint.ReadSide side) {
        calls.add("update publisher " + publisher);
    }

    @Override
    public void received(int publisher, long nextPacketNumber) {
        // nothing decodes packet numbers here
    }

    @Override
    public int publisherGeneration(int publisher) {
        return GENERATION;
    }

    @Override
    public void closePublisher(int publisher) {
        calls.add("close publisher " + publisher);
    }

    @Override
    public int openTrack(int publisher, long alias, int defaultPriority, byte[] aliasOverride) {
        return tracksLeft-- > 0 ? nextTrack++ : NONE;
    }

    @Override
    public int openOwnTrack(int publisher, int defaultPriority) {
        return nextTrack++;
    }

    @Override
    public void closeTrack(int publisher, long alias, int track) {
        calls.add("close track " + track);
    }

    @Override
    public void fanout(int track, List<FanoutEntry> entries) {
        calls.add("fanout " + track + " " + entries.stream().map(FanoutEntry::slot).toList());
    }

    @Override
    public boolean handOver(LaneStreamEntry entry) {
        calls.add("hand over " + entry.laneStream() + " to " + entry.slot());
        return true;
    }

    @Override
    public void laneStreamLimit(LaneStreamEntry entry) {
        calls.add("limit " + entry.laneStream() + " " + entry.limit());
    }

    @Override
    public void forgetLaneStream(int slot, int publisher, long publisherStream) {
        calls.add("forget stream " + publisherStream + " of " + slot);
    }

    @Override
    public void blockStream(int publisher, long publisherStream) {
        calls.add("block stream " + publisherStream);
    }

    @Override
    public void forgetStream(int publisher, int publisherGeneration, long publisherStream) {
        calls.add("forget stream " + publisherStream);
    }

    @Override
    public void renewLease(long untilNanos) {
        // time is the test's
    }

    @Override
    public long leaseUntilNanos() {
        return Long.MAX_VALUE;
    }

    @Override
    public void drain(RecordHandler handler) {
        MemorySegment record;
        while ((record = records.poll()) != null) {
            handler.handle(record);
        }
    }

    @Override
    public Map<String, Long> statistics() {
        return Map.of("kernel.count_copies", copiesMade, "kernel.ring_full", ringFull);
    }

    @Override
    public Map<String, Integer> populations() {
        return Map.of();
    }

    @Override
    public void close() {
        calls.add("close");
    }
}
