// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.weir.kernel.ffi.LibbpfCalls;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Consumer;

/// Walks a hash bucket by bucket with BPF_MAP_LOOKUP_BATCH: unlike BPF_MAP_GET_NEXT_KEY it does not start again when the
/// key it stands on goes away, and it needs one system call for many keys.
final class MapScan {
    private static final int BATCH = 1024;

    private MapScan() {}

    /// Takes the keys of one batch, one after the other from the start of `keys`.
    @FunctionalInterface
    private interface Batch {
        void take(MemorySegment keys, int count);
    }

    static void keys(BpfMap map, long valueBytes, Consumer<MemorySegment> visitor) {
        batches(map, valueBytes, (keys, count) -> {
            for (int i = 0; i < count; i++) {
                visitor.accept(keys.asSlice((long) i * map.keySize(), map.keySize()));
            }
        });
    }

    static int count(BpfMap map, long valueBytes) {
        var sum = new int[1];
        batches(map, valueBytes, (_, count) -> sum[0] += count);
        return sum[0];
    }

    private static void batches(BpfMap map, long valueBytes, Batch batch) {
        if (!map.type().isHash()) {
            throw new IllegalStateException("Map " + map.name() + " is no hash: it has no keys to visit.");
        }
        try (Arena arena = Arena.ofConfined()) {
            int room = Math.min(BATCH, map.maxEntries());
            MemorySegment keys = arena.allocate((long) room * map.keySize(), Long.BYTES);
            MemorySegment values = arena.allocate(room * valueBytes, Long.BYTES);
            MemorySegment count = arena.allocate(JAVA_INT);
            MemorySegment cursor = arena.allocate(Integer.BYTES);
            MemorySegment from = MemorySegment.NULL;
            boolean isLast;
            do {
                count.set(JAVA_INT, 0, room);
                int result = LibbpfCalls.lookupBatch(map.fd(), from, cursor, keys, values, count);
                isLast = result == -Errno.ENOENT;
                if (result < 0 && !isLast) {
                    throw KernelException.of(-result, "Cannot list the keys of map " + map.name(), "try again");
                }
                from = cursor;
                batch.take(keys, count.get(JAVA_INT, 0));
            } while (!isLast);
        }
    }
}
