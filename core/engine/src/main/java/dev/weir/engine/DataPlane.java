// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.engine.view.KernelView;
import dev.weir.engine.view.LaneFacts;
import java.lang.foreign.MemorySegment;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;

/// The kernel's half of the relay, as the engine drives it: which publishers it opens packets of, which lanes it copies
/// to, what it reports. [KernelDataPlane] is the real one.
///
/// Called under the engine's lock, except where a method says otherwise. Indices and generations are those of
/// `bpf/include/weir/abi.h`.
public interface DataPlane extends AutoCloseable {
    /// Index that stands for "no room in the maps": user space serves alone.
    int NONE = -1;

    /// One entry of a track's lane list.
    ///
    /// @param slot the lane
    /// @param startGroup first group to send
    /// @param startObject first object of it
    /// @param endGroup last group, unsigned
    /// @param forward FORWARD parameter
    /// @param priority subscriber priority
    /// @param policy index of its policy; 0: everything passes
    /// @param memory number of what the policy remembers; 0: none
    record FanoutEntry(
            int slot,
            long startGroup,
            long startObject,
            long endGroup,
            boolean forward,
            int priority,
            int policy,
            int memory) {}

    /// A lane's copy of a publisher stream that user space hands over.
    ///
    /// @param slot the lane
    /// @param publisher index of the publisher
    /// @param publisherStream the publisher's stream ID
    /// @param laneStream the lane's own stream ID
    /// @param limit MAX_STREAM_DATA in lane offsets
    /// @param charged lane offset that connection credit was paid for
    /// @param shift lane offset minus publisher offset
    record LaneStreamEntry(
            int slot, int publisher, long publisherStream, long laneStream, long limit, long charged, long shift) {}

    /// The policies' part of it.
    PolicyPlane policies();

    /// Number of lane slots.
    int laneSlots();

    /// The shared cells of a slot, set to zero.
    Cells cells(int slot);

    /// Puts a lane in force.
    ///
    /// @return false if there is no route to the peer or its device is not served; user space serves it then
    boolean publishLane(int slot, QuicEndpoint.WriteSide side, InetSocketAddress peer);

    /// Whether packets to the peer would take another device or another MAC address than those the lane was published with.
    boolean routeChanged(int slot, InetSocketAddress peer);

    /// Keeps a lane from using packet numbers from `limit` on, until [#switchKeys].
    void holdPacketNumbers(int slot, long limit);

    /// Uses `next` for packet numbers from `switchNumber` on, which is not below the limit of [#holdPacketNumbers].
    void switchKeys(int slot, QuicEndpoint.Keys next, long switchNumber);

    /// Takes a lane out of force: state first, then generation, then its keys become zeros (DESIGN rule 9).
    void withdrawLane(int slot);

    /// Program runs that were under way at some time.
    @FunctionalInterface
    interface Runs {
        /// None.
        Runs NONE = () -> true;

        /// Whether all of them have ended; what they recorded can be read then.
        boolean areOver();
    }

    /// The program runs that are under way. No other uses what was taken out of force before the call.
    Runs runs();

    /// Returns when these are over: at once, or within the time of one run.
    void quiesce();

    /// Generation of the lane in force.
    int laneGeneration(int slot);

    /// Lets the kernel open a publisher's packets.
    ///
    /// @return its index, or [#NONE]
    int openPublisher(QuicEndpoint.ReadSide side, InetSocketAddress peer);

    /// Follows new connection IDs and keys of a publisher.
    void updatePublisher(int publisher, QuicEndpoint.ReadSide side);

    /// User space has received a packet of the publisher, whatever the kernel did with it. May be called without the lock.
    ///
    /// @param nextPacketNumber its number + 1
    void received(int publisher, long nextPacketNumber);

    /// Generation of the publisher in force.
    int publisherGeneration(int publisher);

    /// Takes a publisher out of force.
    void closePublisher(int publisher);

    /// Makes a track known.
    ///
    /// @param aliasOverride vi64 bytes to put in place of the publisher's alias, as long as it; empty: keep it
    /// @return its index, or [#NONE]
    int openTrack(int publisher, long alias, int defaultPriority, byte[] aliasOverride);

    /// Makes the one track of a publisher with own framing known: all its frames belong to it.
    ///
    /// @return its index, or [#NONE]
    int openOwnTrack(int publisher, int defaultPriority);

    /// Forgets a track.
    void closeTrack(int publisher, long alias, int track);

    /// Puts a new lane list of a track in force.
    void fanout(int track, List<FanoutEntry> entries);

    /// Lets the kernel follow a stream that user space opened.
    ///
    /// @return false if the map is full
    boolean handOver(LaneStreamEntry entry);

    /// Raises the peer's MAX_STREAM_DATA of a followed stream.
    void laneStreamLimit(LaneStreamEntry entry);

    /// Forgets a lane's stream.
    void forgetLaneStream(int slot, int publisher, long publisherStream);

    /// Keeps the kernel from opening lane streams for a publisher stream whose header it has not seen.
    void blockStream(int publisher, long publisherStream);

    /// Forgets a publisher's stream.
    void forgetStream(int publisher, int publisherGeneration, long publisherStream);

    /// Until when the kernel forwards, as it was told last.
    long leaseUntilNanos();

    /// What the kernel's entry of a lane says.
    default LaneFacts laneFacts(int slot) {
        return LaneFacts.NONE;
    }

    /// What there is in the kernel. May be called without the lock.
    default KernelView kernelView() {
        return KernelView.NONE;
    }

    /// Keeps the kernel forwarding until `untilNanos` (CLOCK_MONOTONIC). May be called without the lock.
    void renewLease(long untilNanos);

    /// Reads all records written so far.
    void drain(RecordHandler handler);

    /// Counters of the data plane: reason name to count, plus `bpf.run_time_ns` and `bpf.run_count`. May be called without the lock.
    Map<String, Long> statistics();

    /// Populations of the maps, for the check that they return to their base. May be called without the lock.
    Map<String, Integer> populations();

    @Override
    void close();

    /// Gets each record, valid during the call only.
    interface RecordHandler {
        /// @param record a `struct packet_record` followed by its entries
        void handle(MemorySegment record);
    }
}
