// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.AeadKeys;
import dev.weir.engine.QuicEndpoint;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Writes `struct aead_keys`.
final class KeyWriter {
    private KeyWriter() {}

    static void write(MemorySegment keys, QuicEndpoint.Keys from) {
        MemorySegment.copy(from.key(), 0, AeadKeys.key(keys), ValueLayout.JAVA_BYTE, 0, from.key().length);
        MemorySegment.copy(from.iv(), 0, AeadKeys.iv(keys), ValueLayout.JAVA_BYTE, 0, from.iv().length);
        AeadKeys.valid(keys, 1);
    }
}
