// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import dev.weir.abi.Credit;
import dev.weir.abi.PacketNumberCell;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.function.LongConsumer;

/// The two cells that kernel and user space share for one connection: the next packet number (DESIGN rule 1) and the
/// credit (rule 5). Where no kernel is involved they are plain native memory of the same layout.
///
/// Thread-safe: every access is atomic.
public final class Cells {
    private static final VarHandle NEXT = handle(PacketNumberCell.LAYOUT, "next");
    private static final VarHandle UNRECORDED = handle(PacketNumberCell.LAYOUT, "unrecorded");
    private static final VarHandle WINDOW = handle(Credit.LAYOUT, "congestion_window");
    private static final VarHandle IN_FLIGHT = handle(Credit.LAYOUT, "bytes_in_flight");
    private static final VarHandle DATA = handle(Credit.LAYOUT, "connection_data");
    private static final VarHandle NEXT_STREAM = handle(Credit.LAYOUT, "next_stream_id");
    private static final VarHandle STREAM_LIMIT = handle(Credit.LAYOUT, "stream_id_limit");
    private static final VarHandle COPIES = handle(Credit.LAYOUT, "copies");
    private static final VarHandle RESERVED = handle(Credit.LAYOUT, "reserved");
    private static final VarHandle SENT_BYTES = handle(Credit.LAYOUT, "sent_bytes");

    private final MemorySegment number;
    private final MemorySegment credit;
    /// Numbers that user space drew, and why some of them are on no packet. Guarded by this.
    private long drawnByUserSpace;
    private long givenBack;
    private long leftOut;
    private long leftOutAtRandom;

    /// Where the packet numbers have gone, at one moment. What is missing to `next` the kernel has drawn.
    ///
    /// @param next the next one; every smaller one was drawn
    /// @param byUserSpace drawn by user space for a packet
    /// @param givenBack drawn by user space for a packet that was empty then, and so on none
    /// @param leftOut skipped for a change of keys
    /// @param leftOutAtRandom skipped so that an ACK of it tells on the peer
    record Numbers(long next, long byUserSpace, long givenBack, long leftOut, long leftOutAtRandom) {}

    private Cells(MemorySegment number, MemorySegment credit) {
        this.number = number;
        this.credit = credit;
    }

    /// Over elements of the maps packet_numbers and credit; sets both to zero.
    public static Cells over(MemorySegment number, MemorySegment credit) {
        credit.fill((byte) 0);
        number.fill((byte) 0);
        return new Cells(number, credit);
    }

    /// In memory of its own, for a connection that the kernel does not know; freed by the garbage collector.
    static Cells privateCells() {
        Arena arena = Arena.ofAuto();
        return new Cells(arena.allocate(PacketNumberCell.LAYOUT), arena.allocate(Credit.LAYOUT));
    }

    private static VarHandle handle(java.lang.foreign.StructLayout layout, String field) {
        return layout.varHandle(PathElement.groupElement(field));
    }

    /// Draws a packet number. It is never given back.
    public synchronized long drawPacketNumber() {
        drawnByUserSpace++;
        return (long) NEXT.getAndAdd(number, 0L, 1L);
    }

    /// Leaves out the next number on purpose.
    ///
    /// @return the number
    synchronized long leaveOutNext() {
        leftOutAtRandom++;
        return (long) NEXT.getAndAdd(number, 0L, 1L);
    }

    /// The number drawn last by user space is on no packet: a gap, which is legal (RFC 9000 section 12.3).
    public synchronized void notUsed() {
        drawnByUserSpace--;
        givenBack++;
    }

    synchronized Numbers numbers() {
        return new Numbers(nextPacketNumber(), drawnByUserSpace, givenBack, leftOut, leftOutAtRandom);
    }

    /// The packet number that the next draw would give; every smaller one was drawn.
    public long nextPacketNumber() {
        return (long) NEXT.getVolatile(number, 0L);
    }

    /// Numbers that the kernel drew for packets whose record it could not write, the ring being full: they are on no packet.
    long unrecorded() {
        return (long) UNRECORDED.getVolatile(number, 0L);
    }

    /// Leaves out packet numbers so that the next one drawn is at least `minimum`.
    ///
    /// @param first hears the next number to be drawn before user space can draw it; more than once if the kernel draws meanwhile,
    ///     and then the last call holds
    /// @return how many numbers were left out
    synchronized long skipTo(long minimum, LongConsumer first) {
        while (true) {
            long next = nextPacketNumber();
            long after = Math.max(next, minimum);
            first.accept(after);
            if (NEXT.compareAndSet(number, 0L, next, after)) {
                leftOut += after - next;
                return after - next;
            }
        }
    }

    /// Leaves out packet numbers so that the next one drawn is at least `minimum`.
    ///
    /// @return how many numbers were left out
    public long skipTo(long minimum) {
        return skipTo(minimum, next -> {});
    }

    long congestionWindow() {
        return (long) WINDOW.getVolatile(credit, 0L);
    }

    void congestionWindow(long bytes) {
        WINDOW.setVolatile(credit, 0L, bytes);
    }

    long bytesInFlight() {
        return (long) IN_FLIGHT.getVolatile(credit, 0L);
    }

    void addInFlight(long bytes) {
        IN_FLIGHT.getAndAdd(credit, 0L, bytes);
    }

    /// UDP payload bytes of all packets sent, by kernel and user space.
    long sentBytes() {
        return (long) SENT_BYTES.getVolatile(credit, 0L);
    }

    void addSent(long bytes) {
        SENT_BYTES.getAndAdd(credit, 0L, bytes);
    }

    /// Takes connection flow-control credit; all or nothing.
    boolean takeConnectionData(long bytes) {
        if (bytes <= 0) {
            return true;
        }
        long before = (long) DATA.getAndAdd(credit, 0L, -bytes);
        if (before >= bytes) {
            return true;
        }
        DATA.getAndAdd(credit, 0L, bytes);
        return false;
    }

    void giveConnectionData(long bytes) {
        DATA.getAndAdd(credit, 0L, bytes);
    }

    long connectionData() {
        return (long) DATA.getVolatile(credit, 0L);
    }

    /// Draws a unidirectional stream ID.
    ///
    /// @return the stream ID, or -1 if the peer's MAX_STREAMS allows none
    long drawStreamId() {
        while (true) {
            long next = (long) NEXT_STREAM.getVolatile(credit, 0L);
            if (next >= (long) STREAM_LIMIT.getVolatile(credit, 0L)) {
                return -1;
            }
            if (NEXT_STREAM.compareAndSet(credit, 0L, next, next + 4)) {
                return next;
            }
        }
    }

    long nextStreamId() {
        return (long) NEXT_STREAM.getVolatile(credit, 0L);
    }

    /// The first stream ID that the peer does not allow.
    long streamIdLimit() {
        return (long) STREAM_LIMIT.getVolatile(credit, 0L);
    }

    /// Sets the range of unidirectional stream IDs, before the lane goes live.
    void streamIds(long next, long limit) {
        NEXT_STREAM.setVolatile(credit, 0L, next);
        STREAM_LIMIT.setVolatile(credit, 0L, limit);
    }

    /// Raises the limit; a smaller value is ignored.
    void streamIdLimit(long limit) {
        if (limit > (long) STREAM_LIMIT.getVolatile(credit, 0L)) {
            STREAM_LIMIT.setVolatile(credit, 0L, limit);
        }
    }

    /// Packets drawn by the kernel for this lane.
    long copies() {
        return (long) COPIES.getVolatile(credit, 0L);
    }

    /// Bytes of the congestion window that the kernel leaves to completion.
    void reserved(long bytes) {
        RESERVED.setVolatile(credit, 0L, bytes);
    }

    long reserved() {
        return (long) RESERVED.getVolatile(credit, 0L);
    }
}
