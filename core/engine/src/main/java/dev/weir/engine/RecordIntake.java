// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.Candidate;
import dev.weir.abi.CandidateFlag;
import dev.weir.abi.CandidateKind;
import dev.weir.abi.PacketRecord;
import dev.weir.abi.RecordEntry;
import dev.weir.abi.WeirReason;
import dev.weir.abi.WeirRuling;
import dev.weir.engine.RulingMemory.Obstacle;
import dev.weir.engine.trace.ConnectionTrace;
import dev.weir.engine.trace.TraceFrame;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// Enters the kernel's records into the books: lane streams it opened, packets it sent, frames it left to user space.
/// A record is applied whether or not the packet it tells of ever reaches user space.
final class RecordIntake implements DataPlane.RecordHandler {
    private static final long CANDIDATES = PacketRecord.LAYOUT.byteSize()
            - dev.weir.abi.WeirLimit.CANDIDATES * Candidate.LAYOUT.byteSize();
    private static final int RULING_MASK = (1 << WeirRuling.BITS.value) - 1;
    private static final String[] DEFERRED = reasonNames("deferred.");
    private static final String[] REASONS = reasonNames("");

    private final Relay relay;

    RecordIntake(Relay relay) {
        this.relay = relay;
    }

    private static String[] reasonNames(String prefix) {
        var names = new String[256];
        for (WeirReason reason : WeirReason.values()) {
            names[reason.value] = prefix + reason.name().toLowerCase(Locale.ROOT);
        }
        return names;
    }

    /// One media frame of the record, with what the engine knows about it.
    ///
    /// @param objectId the subgroup ID of a stream
    private record Frame(
            boolean stream,
            boolean fin,
            @Nullable Track track,
            @Nullable UpstreamStream upstream,
            ServedDatagrams.@Nullable ServedObject object,
            long group,
            long objectId,
            long offset,
            int length) {}

    @Override
    public void handle(MemorySegment record) {
        Session publisher = publisherOf(record);
        if (publisher == null) {
            relay.counters().increment("records.stale");
            noteNumbersOnly(record);
            return;
        }
        relay.counters().increment("records");
        List<Frame> frames = new ArrayList<>(2);
        int count = Short.toUnsignedInt(PacketRecord.candidateCount(record));
        for (int i = 0; i < count; i++) {
            frames.add(frame(publisher, record, record.asSlice(CANDIDATES + i * Candidate.LAYOUT.byteSize())));
        }
        int entries = Short.toUnsignedInt(PacketRecord.entryCount(record));
        for (int i = 0; i < entries; i++) {
            entry(
                    publisher,
                    PacketRecord.timeNs(record),
                    frames,
                    entry(record, i));
        }
    }

    /// Of a publisher that is gone nothing matters any more but how many copies there were and the packet numbers that they have taken.
    private void noteNumbersOnly(MemorySegment record) {
        int entries = Short.toUnsignedInt(PacketRecord.entryCount(record));
        for (int i = 0; i < entries; i++) {
            MemorySegment entry = entry(record, i);
            int forwarded = Short.toUnsignedInt(RecordEntry.forwarded(entry));
            countCopy(forwarded);
            Session subscriber = relay.session(RecordEntry.lane(entry));
            if (subscriber != null) {
                noteNumber(subscriber, entry, forwarded);
            }
        }
    }

    private static MemorySegment entry(MemorySegment record, int index) {
        return record.asSlice(PacketRecord.LAYOUT.byteSize() + index * RecordEntry.LAYOUT.byteSize());
    }

    private @Nullable Session publisherOf(MemorySegment record) {
        int index = PacketRecord.publisher(record);
        int generation = PacketRecord.publisherGeneration(record);
        for (Session session : relay.sessions()) {
            if (session.publisherIndex == index && session.publisherGeneration == generation) {
                return session;
            }
        }
        return null;
    }

    private Frame frame(Session publisher, MemorySegment record, MemorySegment candidate) {
        Track track = null;
        int index = Candidate.track(candidate);
        for (Track each : publisher.tracksByAlias.values()) {
            if (each.index == index) {
                track = each;
            }
        }
        boolean stream = Candidate.kind(candidate) == CandidateKind.STREAM.value;
        boolean fin = (Candidate.flags(candidate) & CandidateFlag.FIN.value) != 0;
        UpstreamStream upstream = null;
        ServedDatagrams.ServedObject object = null;
        if (stream) {
            upstream = relay.streamDelivery().upstream(publisher, Candidate.streamId(candidate));
            upstream.knownToKernel = true;
        } else {
            object = publisher.served.add(
                    PacketRecord.packetNumber(record),
                    index,
                    Candidate.group(candidate),
                    Candidate.object(candidate),
                    PacketRecord.timeNs(record));
        }
        return new Frame(
                stream,
                fin,
                track,
                upstream,
                object,
                Candidate.group(candidate),
                Candidate.object(candidate),
                Candidate.offset(candidate),
                Short.toUnsignedInt(Candidate.length(candidate)));
    }

    private void entry(Session publisher, long timeNs, List<Frame> frames, MemorySegment entry) {
        int reason = Byte.toUnsignedInt(RecordEntry.reason(entry));
        if (reason != WeirReason.NONE.value && reason != WeirReason.POLICY.value && DEFERRED[reason] != null) {
            relay.counters().increment(DEFERRED[reason]);
        }
        int forwarded = Short.toUnsignedInt(RecordEntry.forwarded(entry));
        account(entry);
        Session subscriber = relay.session(RecordEntry.lane(entry));
        DataPlane plane = relay.dataPlane();
        countCopy(forwarded);
        if (subscriber == null || plane == null || !subscriber.hadLane(RecordEntry.laneGeneration(entry), plane)) {
            if (forwarded != 0) {
                relay.counters().increment("copies.to_gone_lanes");
            }
            if (subscriber != null) {
                noteNumber(subscriber, entry, forwarded);
            }
            forgetOpened(publisher, frames, entry);
            return;
        }
        subscriber.history.left(reason);
        noteRulings(subscriber, frames, RecordEntry.rulings(entry));
        remember(subscriber, timeNs, frames, entry);
        noteNumber(subscriber, entry, forwarded);
        if (forwarded != 0) {
            applyCopy(publisher, subscriber, timeNs, frames, entry, forwarded);
        }
    }

    private void countCopy(int forwarded) {
        if (forwarded != 0) {
            relay.counters().increment("copies.kernel");
        }
    }

    /// Enters the packet number that the kernel drew: for a copy, or for none because its key has come to its limit.
    private static void noteNumber(Session subscriber, MemorySegment entry, int forwarded) {
        long number = RecordEntry.packetNumber(entry);
        if (forwarded != 0) {
            subscriber.account.kernelDrew(number);
        } else if (number != 0) {
            subscriber.account.kernelLeftOut(number);
        }
    }

    /// Streams that the kernel opened for a lane that is gone are in nobody's books, so nobody else would forget them.
    private void forgetOpened(Session publisher, List<Frame> frames, MemorySegment entry) {
        DataPlane plane = relay.dataPlane();
        int opened = Short.toUnsignedInt(RecordEntry.opened(entry));
        for (int i = 0; plane != null && i < frames.size(); i++) {
            UpstreamStream stream = frames.get(i).upstream();
            if ((opened & 1 << i) != 0 && stream != null) {
                plane.forgetLaneStream(RecordEntry.lane(entry), publisher.publisherIndex, stream.id);
            }
        }
    }

    /// Enters the kernel's rulings into the policy's account.
    private void account(MemorySegment entry) {
        long rulings = RecordEntry.rulings(entry);
        if (rulings == 0) {
            return;
        }
        InstalledPolicy policy = relay.policies().byIndex(Byte.toUnsignedInt(RecordEntry.policy(entry)));
        for (long left = rulings; left != 0; left >>>= WeirRuling.BITS.value) {
            int ruling = (int) (left & RULING_MASK);
            if (ruling == WeirRuling.NONE.value) {
                continue;
            }
            if (ruling != WeirRuling.FORWARD.value) {
                relay.counters().increment("dropped.policy");
            }
            if (policy != null) {
                policy.ruledByKernel(ruling);
            }
        }
    }

    /// Remembers what the kernel's policy has said, so that user space does not ask again.
    private static void noteRulings(Session subscriber, List<Frame> frames, long rulings) {
        for (int i = 0; i < frames.size() && rulings >>> i * WeirRuling.BITS.value != 0; i++) {
            int ruling = (int) (rulings >>> i * WeirRuling.BITS.value & RULING_MASK);
            if (ruling == WeirRuling.NONE.value) {
                continue;
            }
            boolean isForwarded = ruling == WeirRuling.FORWARD.value;
            Frame frame = frames.get(i);
            Subscription subscription = frame.track() == null ? null : subscriber.subscriptions.get(frame.track());
            if (frame.object() != null && subscription != null) {
                (isForwarded ? frame.object().admitted() : frame.object().dropped()).set(subscriber.slot);
                if (!isForwarded) {
                    subscriber.account.droppedByKernel++;
                }
            } else if (frame.upstream() != null && subscription != null) {
                subscription.rulings.put(frame.upstream(), isForwarded);
            }
        }
    }

    /// Keeps for `policy explain` what became of each frame.
    private void remember(Session subscriber, long timeNs, List<Frame> frames, MemorySegment entry) {
        int forwarded = Short.toUnsignedInt(RecordEntry.forwarded(entry));
        long rulings = RecordEntry.rulings(entry);
        int reason = Byte.toUnsignedInt(RecordEntry.reason(entry));
        InstalledPolicy policy = relay.policies().byIndex(Byte.toUnsignedInt(RecordEntry.policy(entry)));
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            Subscription subscription = frame.track() == null ? null : subscriber.subscriptions.get(frame.track());
            if (subscription == null) {
                continue;
            }
            int ruling = (int) (rulings >>> i * WeirRuling.BITS.value & RULING_MASK);
            if ((forwarded & 1 << i) != 0) {
                subscription.past.sent(frame.group(), frame.stream(), true);
            } else if (ruling != WeirRuling.NONE.value && ruling != WeirRuling.FORWARD.value) {
                subscription.past.refused(frame.group(), frame.objectId(), frame.stream(), Obstacle.KERNEL_POLICY,
                        policy == null ? "" : policy.reason(ruling), timeNs);
            } else if (DEFERRED[reason] != null && reason != WeirReason.POLICY.value) {
                subscription.past.refused(frame.group(), frame.objectId(), frame.stream(), Obstacle.LEFT,
                        REASONS[reason], timeNs);
            }
        }
    }

    private void applyCopy(
            Session publisher, Session subscriber, long timeNs, List<Frame> frames, MemorySegment entry, int forwarded) {
        long number = RecordEntry.packetNumber(entry);
        int size = Short.toUnsignedInt(RecordEntry.size(entry));
        int opened = Short.toUnsignedInt(RecordEntry.opened(entry));
        long nextOpened = RecordEntry.firstStreamId(entry);
        int datagrams = 0;
        boolean registered = false;
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            long openedId = -1;
            if ((opened & 1 << i) != 0) {
                openedId = nextOpened;
                nextOpened += 4;
            }
            if ((forwarded & 1 << i) == 0) {
                continue;
            }
            if (frame.object() != null) {
                frame.object().served().set(subscriber.slot);
                subscriber.account.servedByKernel++;
                datagrams++;
                continue;
            }
            LaneStream stream = streamSent(publisher, subscriber, timeNs, frame, openedId);
            if (stream == null) {
                continue;
            }
            long offset = frame.offset() + stream.shift;
            if (registered) {
                subscriber.ledger.alsoSent(number, stream.id, offset, frame.length(), frame.fin());
            } else {
                subscriber.ledger.sent(number, timeNs, size, stream.id, offset, frame.length(), frame.fin());
                registered = true;
            }
        }
        ConnectionTrace trace = subscriber.trace;
        if (trace != null) {
            trace(trace, subscriber, timeNs, frames, entry);
        }
        if (!registered) {
            subscriber.ledger.sent(number, timeNs, size, Ledger.NO_STREAM, 0, datagrams, false);
        } else if (datagrams > 0) {
            subscriber.ledger.alsoSent(number, Ledger.NO_STREAM, 0, datagrams, false);
        }
    }

    private static void trace(
            ConnectionTrace trace, Session subscriber, long timeNs, List<Frame> frames, MemorySegment entry) {
        int forwarded = Short.toUnsignedInt(RecordEntry.forwarded(entry));
        var told = new ArrayList<TraceFrame>(2);
        for (int i = 0; i < frames.size(); i++) {
            Frame frame = frames.get(i);
            if ((forwarded & 1 << i) == 0) {
                continue;
            }
            Subscription subscription = frame.track() == null ? null : subscriber.subscriptions.get(frame.track());
            LaneStream stream = subscription == null || frame.upstream() == null ? null : subscription.streamOf(frame.upstream());
            told.add(!frame.stream()
                    ? new TraceFrame.Datagram(frame.length())
                    : stream == null
                            ? new TraceFrame.Other("stream")
                            : new TraceFrame.Stream(stream.id, frame.offset() + stream.shift, frame.length(), frame.fin()));
        }
        trace.sent(true, "1RTT", RecordEntry.packetNumber(entry), timeNs, Short.toUnsignedInt(RecordEntry.size(entry)), told);
    }

    /// Books a STREAM frame that the kernel sent; opens the lane stream in the books if the kernel opened it.
    private @Nullable LaneStream streamSent(
            Session publisher, Session subscriber, long timeNs, Frame frame, long openedId) {
        Subscription subscription = frame.track() == null ? null : subscriber.subscriptions.get(frame.track());
        UpstreamStream upstream = frame.upstream();
        boolean isAbandoned = upstream != null
                && openedId < 0
                && relay.laneStreams().abandoned().sent(subscriber, upstream, timeNs, frame.offset() + frame.length());
        if (upstream == null || isAbandoned) {
            return null;
        }
        LaneStream stream = subscription == null ? null : subscription.streamOf(upstream);
        if (openedId >= 0 && (subscription == null || stream != null)) {
            relay.laneStreams().abandonKernelStream(publisher, subscriber, upstream, stream, openedId, frame.length());
            return null;
        }
        if (openedId >= 0) {
            stream = relay.laneStreams().openedByKernel(subscription, upstream, openedId);
        }
        if (stream == null) {
            return null;
        }
        long end = frame.offset() + frame.length() + stream.shift;
        relay.completion().chargedByKernel(stream, end);
        stream.sent(frame.offset() + stream.shift, frame.length(), frame.fin());
        return stream;
    }
}
