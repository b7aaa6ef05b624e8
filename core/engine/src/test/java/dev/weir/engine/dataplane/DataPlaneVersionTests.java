// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.abi.WeirAbi;
import dev.weir.kernel.BpfElf;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.KernelException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class DataPlaneVersionTests {
    private static final String OBJECT = "/bpf/weir_ingress.bpf.o";

    @Test
    void theObjectOfThisBuildIsTaken() {
        byte[] core = BpfObjectFile.resource(OBJECT);

        assertThatCode(() -> KernelDataPlane.requireVersion(core)).doesNotThrowAnyException();
    }

    @Test
    void anotherVersionIsRefusedWithBothNumbers() {
        byte[] core = withVersion(WeirAbi.VERSION + 6);

        assertThatThrownBy(() -> KernelDataPlane.requireVersion(core))
                .isInstanceOf(KernelException.class)
                .hasMessageContaining("version " + (WeirAbi.VERSION + 6))
                .hasMessageContaining("version " + WeirAbi.VERSION)
                .hasMessageContaining("mvnw clean verify");
    }

    /// The object of this build with another number in the one place that holds it.
    private static byte[] withVersion(int version) {
        byte[] core = BpfObjectFile.resource(OBJECT);
        ByteBuffer bytes = ByteBuffer.wrap(core).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 0; at + Integer.BYTES <= core.length; at += Integer.BYTES) {
            if (bytes.getInt(at) == WeirAbi.VERSION) {
                bytes.putInt(at, version);
                if (reads(core, version)) {
                    return core;
                }
                bytes.putInt(at, WeirAbi.VERSION);
            }
        }
        throw new AssertionError("no place in " + OBJECT + " holds its version");
    }

    private static boolean reads(byte[] core, int version) {
        try {
            return BpfElf.read(core, OBJECT).constant("weir_abi") == version;
        } catch (KernelException e) {
            return false; // it was a field of the ELF file
        }
    }
}
