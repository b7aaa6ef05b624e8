// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import dev.weir.abi.Candidate;
import dev.weir.abi.PacketRecord;
import dev.weir.abi.RecordEntry;
import dev.weir.abi.WeirReason;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/// A record of the ring buffer.
record Recorded(long packetNumber, int publisher, int generation, List<Media> candidates, List<Entry> entries) {
    /// A candidate.
    record Media(int kind, int flags, int priority, int type, int track, long streamId, long offset, long base, long group,
            long object, int length, int frameStart, int dataStart) {}

    /// What became of the packet for one lane.
    ///
    /// @param rulings four bits per candidate, the lowest ones for candidate 0
    record Entry(int lane, long packetNumber, int forwarded, int opened, long firstStreamId, int size, WeirReason reason,
            int policy, long rulings) {}

    static Recorded of(MemorySegment content) {
        var candidates = new ArrayList<Media>();
        for (int i = 0; i < PacketRecord.candidateCount(content); i++) {
            candidates.add(media(PacketRecord.candidates(content, i)));
        }
        var entries = new ArrayList<Entry>();
        MemorySegment tail = content.asSlice(PacketRecord.SIZE);
        for (int i = 0; i < PacketRecord.entryCount(content); i++) {
            entries.add(entry(RecordEntry.at(tail, i)));
        }
        return new Recorded(PacketRecord.packetNumber(content), PacketRecord.publisher(content),
                PacketRecord.publisherGeneration(content), candidates, entries);
    }

    static Media media(MemorySegment struct) {
        return new Media(Candidate.kind(struct), Candidate.flags(struct), Candidate.priority(struct) & 0xff,
                Candidate.type(struct) & 0xff, Candidate.track(struct), Candidate.streamId(struct), Candidate.offset(struct),
                Candidate.base(struct), Candidate.group(struct), Candidate.object(struct), Short.toUnsignedInt(Candidate.length(struct)),
                Short.toUnsignedInt(Candidate.frameStart(struct)), Short.toUnsignedInt(Candidate.dataStart(struct)));
    }

    private static Entry entry(MemorySegment struct) {
        return new Entry(RecordEntry.lane(struct), RecordEntry.packetNumber(struct), Short.toUnsignedInt(RecordEntry.forwarded(struct)),
                Short.toUnsignedInt(RecordEntry.opened(struct)), RecordEntry.firstStreamId(struct),
                Short.toUnsignedInt(RecordEntry.size(struct)), WeirReason.of(RecordEntry.reason(struct)),
                RecordEntry.policy(struct) & 0xff, RecordEntry.rulings(struct));
    }

    /// The only entry of a lane.
    Entry entry(int lane) {
        var found = entries.stream().filter(entry -> entry.lane() == lane).toList();
        if (found.size() != 1) {
            throw new AssertionError("lane " + lane + " has " + found.size() + " entries in " + this);
        }
        return found.getFirst();
    }
}
