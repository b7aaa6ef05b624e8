// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;

class SecretMemoryTests {
    @Test
    void keysAreOverwritten() {
        byte[] key = {1, 2, 3};
        SecretMemory.wipe(key);
        assertThat(key).containsOnly(0);

        try (Arena arena = Arena.ofConfined()) {
            MemorySegment copy = arena.allocateFrom(ValueLayout.JAVA_BYTE, (byte) 1, (byte) 2);
            SecretMemory.wipe(copy);
            assertThat(copy.toArray(ValueLayout.JAVA_BYTE)).containsOnly(0);
        }
    }

    @Test
    void closedMemoryIsOutOfReach() {
        SecretMemory memory = SecretMemory.allocate(32);
        assertThat(memory.segment().byteSize()).isEqualTo(32);
        memory.close();
        memory.close();

        assertThatIllegalStateException().isThrownBy(() -> memory.segment().get(ValueLayout.JAVA_BYTE, 0));
    }
}
