// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/// Native memory for key material, overwritten with zeros before it is freed. For one thread at a time.
public final class SecretMemory implements AutoCloseable {
    private final Arena arena = Arena.ofShared();
    private final MemorySegment segment;

    private SecretMemory(long bytes) {
        segment = arena.allocate(bytes, Long.BYTES);
    }

    /// @param bytes how many
    /// @return memory full of zeros
    public static SecretMemory allocate(long bytes) {
        return new SecretMemory(bytes);
    }

    /// @return the memory; not to be used after [#close]
    public MemorySegment segment() {
        return segment;
    }

    /// Overwrites memory with zeros, so that the kernel sees them before anything that is written later.
    ///
    /// @param secret native or mapped memory
    public static void wipe(MemorySegment secret) {
        secret.fill((byte) 0);
        VarHandle.fullFence();
    }

    /// Overwrites an array with zeros. Copies that the garbage collector made while moving it are beyond reach.
    ///
    /// @param secret key material
    public static void wipe(byte[] secret) {
        Arrays.fill(secret, (byte) 0);
        VarHandle.fullFence();
    }

    /// Overwrites and frees it.
    @Override
    public void close() {
        if (segment.scope().isAlive()) {
            wipe(segment);
            arena.close();
        }
    }
}
