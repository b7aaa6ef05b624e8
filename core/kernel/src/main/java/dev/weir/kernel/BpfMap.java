// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.weir.kernel.ffi.LibbpfCalls;
import dev.weir.kernel.ffi.LibbpfLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A map in the kernel. Belongs to its [LoadedObject]; for any number of threads.
///
/// Keys and values are native memory of at least [#keySize] and [#valueSize] bytes (per-CPU maps: one value after the other,
/// each rounded up to eight bytes), which the caller owns and may use again: an update costs one system call, about a
/// microsecond, and no allocation.
public final class BpfMap {
    private static final int VALUE_ALIGNMENT = 8;

    private final LoadedObject owner;
    private final MapSpec spec;
    private final int fd;
    private final long valueBytes;
    private @Nullable MemorySegment mapping;

    BpfMap(LoadedObject owner, MapSpec spec, int fd) {
        this.owner = owner;
        this.spec = spec;
        this.fd = fd;
        valueBytes = spec.type().isPerCpu() ? LibbpfLibrary.possibleCpus() * stride() : spec.valueSize();
    }

    /// How [#update] treats a key that is there, or is not.
    public enum UpdateMode {
        /// Insert or replace.
        ANY,
        /// Insert only.
        NOEXIST,
        /// Replace only.
        EXIST
    }

    /// @return name of the C variable
    public String name() {
        return spec.name();
    }

    /// @return kind of map
    public MapType type() {
        return spec.type();
    }

    /// @return bytes of a key
    public int keySize() {
        return spec.keySize();
    }

    /// @return bytes of a value, of one CPU's value in a per-CPU map
    public int valueSize() {
        return spec.valueSize();
    }

    /// @return number of entries it can hold; bytes for a ring buffer
    public int maxEntries() {
        return spec.maxEntries();
    }

    MapSpec spec() {
        return spec;
    }

    /// @return its file descriptor, valid as long as the object is open
    public int fd() {
        owner.requireOpen();
        return fd;
    }

    /// Reads a value.
    ///
    /// @param key the key
    /// @param value receives the value
    /// @return whether the key is there; `value` is unchanged if not
    /// @throws KernelException if the kernel refuses
    public boolean lookup(MemorySegment key, MemorySegment value) {
        requireRoom(key, value);
        int result = LibbpfCalls.lookup(fd, key, value);
        return isDone(result, Errno.ENOENT, "read");
    }

    /// Writes a value.
    ///
    /// @param key the key
    /// @param value the value
    /// @param mode whether the key may or must be there
    /// @return whether it was written; false if the mode forbids it, or if the map is full
    /// @throws KernelException if the kernel refuses for another reason
    public boolean update(MemorySegment key, MemorySegment value, UpdateMode mode) {
        requireRoom(key, value);
        int result = LibbpfCalls.update(fd, key, value, mode.ordinal());
        if (result == -Errno.E2BIG && spec.type().isHash()) {
            return false;
        }
        return isDone(result, mode == UpdateMode.NOEXIST ? Errno.EEXIST : Errno.ENOENT, "write");
    }

    /// Removes an entry.
    ///
    /// @param key the key
    /// @return whether it was there
    /// @throws KernelException if the kernel refuses: entries of an array cannot be removed
    public boolean delete(MemorySegment key) {
        requireRoom(key, null);
        return isDone(LibbpfCalls.delete(fd, key), Errno.ENOENT, "remove an entry of");
    }

    private boolean isDone(int result, int expectedErrno, String action) {
        if (result >= 0) {
            return true;
        }
        if (-result == expectedErrno) {
            return false;
        }
        throw KernelException.of(-result, "Cannot " + action + " map " + name(), "check the map's type, and the memory left");
    }

    /// The kernel copies as many bytes as the map says: less room would be somebody else's memory.
    private void requireRoom(MemorySegment key, @Nullable MemorySegment value) {
        owner.requireOpen();
        if (key.byteSize() < spec.keySize()) {
            throw new IllegalArgumentException(
                    "Map " + name() + " has keys of " + spec.keySize() + " bytes, not " + key.byteSize() + ".");
        }
        if (value != null && value.byteSize() < valueBytes) {
            throw new IllegalArgumentException(
                    "Map " + name() + " has values of " + valueBytes + " bytes, not " + value.byteSize() + ".");
        }
    }

    /// Visits every key of a hash, without order. Entries that come or go meanwhile are visited or not; no other is left out
    /// or visited twice. The visitor may remove the entry.
    ///
    /// @param visitor gets each key, in memory that is used again after it returns
    /// @throws KernelException if the kernel refuses
    public void forEachKey(Consumer<MemorySegment> visitor) {
        owner.requireOpen();
        MapScan.keys(this, valueBytes, visitor);
    }

    /// @return number of entries that are there now; for an array always all
    /// @throws KernelException if the kernel refuses
    public int population() {
        owner.requireOpen();
        return spec.type().isArray() ? spec.maxEntries() : MapScan.count(this, valueBytes);
    }

    /// The memory of an array with BPF_F_MMAPABLE, shared with the programs: what one side writes the other sees, without
    /// system calls. Ordering and atomicity are the caller's (`VarHandle`). Mapped at the first call and until the object is
    /// closed; accesses after that throw.
    ///
    /// @return all elements, each [#stride] bytes
    /// @throws KernelException if the memory cannot be mapped
    /// @throws IllegalStateException if it is no such array
    public synchronized MemorySegment mmap() {
        owner.requireOpen();
        if (!spec.isMappable()) {
            throw new IllegalStateException("Map " + name() + " is no array with BPF_F_MMAPABLE.");
        }
        if (mapping == null) {
            long length = spec.maxEntries() * stride();
            mapping = MappedMemory.map(
                            fd, 0, MappedMemory.roundUp(length, MappedMemory.PAGE), true, owner.mappings(), "map " + name())
                    .asSlice(0, length);
        }
        return mapping;
    }

    /// One element of [#mmap].
    ///
    /// @param index from 0
    /// @return its [#valueSize] bytes
    public MemorySegment element(int index) {
        return mmap().asSlice(Math.multiplyExact((long) index, stride()), spec.valueSize());
    }

    /// @return bytes from one array element, or CPU's value, to the next
    public long stride() {
        return MappedMemory.roundUp(spec.valueSize(), VALUE_ALIGNMENT);
    }

    /// Reads an element of a per-CPU array of 64-bit numbers.
    ///
    /// @param index from 0
    /// @return the number of each possible CPU
    /// @throws KernelException if the kernel refuses
    /// @throws IllegalStateException if it is no such array
    public long[] readPerCpu(int index) {
        if (spec.type() != MapType.PER_CPU_ARRAY || spec.valueSize() != Long.BYTES) {
            throw new IllegalStateException("Map " + name() + " is no per-CPU array of 64-bit numbers.");
        }
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment values = arena.allocate(valueBytes, Long.BYTES);
            if (!lookup(arena.allocateFrom(JAVA_INT, index), values)) {
                throw new IndexOutOfBoundsException("Map " + name() + " has no element " + index + ".");
            }
            return values.toArray(JAVA_LONG);
        }
    }

    /// Adds up an element of a per-CPU array of 64-bit numbers.
    ///
    /// @param index from 0
    /// @return the sum over all CPUs
    /// @throws KernelException if the kernel refuses
    /// @throws IllegalStateException if it is no such array
    public long sumPerCpu(int index) {
        return Arrays.stream(readPerCpu(index)).sum();
    }

    @Override
    public String toString() {
        return name() + " (" + spec.type() + ", " + spec.maxEntries() + " entries)";
    }
}
