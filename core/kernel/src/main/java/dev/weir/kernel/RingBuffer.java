// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.ReentrantLock;

/// The consumer's end of a BPF ring buffer (BPF_MAP_TYPE_RINGBUF), read without system calls and without wake-ups: programs
/// may submit their records with BPF_RB_NO_WAKEUP.
///
/// Layout, from the kernel's `kernel/bpf/ringbuf.c`: a page with the consumer's position, which user space writes; a page with
/// the producer's; the data, mapped twice in a row so that no record is in two pieces. A record is a header of eight bytes,
/// whose first four are the length with a bit for "being written" and one for "discarded", and its content, padded to eight.
///
/// One thread drains at a time, others wait. Only one `RingBuffer` may be open for a map.
public final class RingBuffer implements AutoCloseable {
    private static final int BUSY = 1 << 31;
    private static final int DISCARDED = 1 << 30;
    private static final int HEADER = 8;
    private static final long LONGEST_WRITE_NANOS = 100_000_000L;
    private static final VarHandle POSITION = ValueLayout.JAVA_LONG.varHandle();
    private static final VarHandle LENGTH = ValueLayout.JAVA_INT.varHandle();

    private final Arena arena;
    private final ReentrantLock lock = new ReentrantLock();
    private final MemorySegment consumer;
    private final MemorySegment producer;
    private final MemorySegment data;
    private final long mask;

    /// @param arena owner of the memory
    /// @param consumer the consumer's position
    /// @param producer the producer's position
    /// @param data the records, twice in a row
    RingBuffer(Arena arena, MemorySegment consumer, MemorySegment producer, MemorySegment data) {
        this.arena = arena;
        this.consumer = consumer;
        this.producer = producer;
        this.data = data;
        mask = data.byteSize() / 2 - 1;
    }

    /// Opens the consumer's end. Records that are in the buffer already are delivered by the first [#drain].
    ///
    /// @param map a ring buffer
    /// @return the consumer; close it before the object
    /// @throws KernelException if the map cannot be mapped
    /// @throws IllegalArgumentException if the map is none
    public static RingBuffer of(BpfMap map) {
        if (map.type() != MapType.RING_BUFFER) {
            throw new IllegalArgumentException("Map " + map.name() + " is no ring buffer.");
        }
        Arena arena = Arena.ofShared();
        String name = "map " + map.name();
        long page = MappedMemory.PAGE;
        try {
            MemorySegment consumer = MappedMemory.map(map.fd(), 0, page, true, arena, name);
            MemorySegment others = MappedMemory.map(map.fd(), page, page + 2L * map.maxEntries(), false, arena, name);
            return new RingBuffer(arena, consumer, others.asSlice(0, page), others.asSlice(page));
        } catch (RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    /// Hands over every record that was in the buffer when it was called. For one that a program is still writing on another processor
    /// it waits, since its successors may be complete, and what they tell may have happened already: a program's packet can be on
    /// its way while the record before that packet's is not written yet. A record counts as consumed even if the handler throws.
    ///
    /// @param handler gets each record
    /// @return number of records handed over
    /// @throws IllegalStateException from within a handler, or after [#close]
    public int drain(RecordHandler handler) {
        if (lock.isHeldByCurrentThread()) {
            throw new IllegalStateException("A ring buffer's handler must not drain it.");
        }
        lock.lock();
        try {
            return drainLocked(handler);
        } finally {
            lock.unlock();
        }
    }

    private int drainLocked(RecordHandler handler) {
        long position = (long) POSITION.get(consumer, 0L);
        long end = (long) POSITION.getAcquire(producer, 0L);
        int records = 0;
        while (position < end) {
            long at = position & mask;
            int header = (int) LENGTH.getAcquire(data, at);
            if ((header & BUSY) != 0) {
                header = awaitWritten(at);
            }
            if ((header & BUSY) != 0) {
                break;
            }
            int length = header & ~DISCARDED;
            position += MappedMemory.roundUp(HEADER + length, HEADER);
            try {
                if ((header & DISCARDED) == 0) {
                    records++;
                    handler.handle(data.asSlice(at + HEADER, length));
                }
            } finally {
                // Release: the kernel may overwrite the record once it sees this.
                POSITION.setRelease(consumer, 0L, position);
            }
        }
        return records;
    }

    /// Programs write a record in one go, in microseconds; but the processor of a virtual machine may pause in between.
    private int awaitWritten(long at) {
        long patience = System.nanoTime() + LONGEST_WRITE_NANOS;
        int header = (int) LENGTH.getAcquire(data, at);
        while ((header & BUSY) != 0 && System.nanoTime() < patience) {
            Thread.onSpinWait();
            header = (int) LENGTH.getAcquire(data, at);
        }
        return header;
    }

    /// @return bytes between consumer and producer, headers included; a record being written counts
    public long pending() {
        return (long) POSITION.getAcquire(producer, 0L) - (long) POSITION.getAcquire(consumer, 0L);
    }

    /// Unmaps the buffer. The kernel goes on writing until it is full.
    @Override
    public void close() {
        lock.lock();
        try {
            if (arena.scope().isAlive()) {
                arena.close();
            }
        } finally {
            lock.unlock();
        }
    }
}
