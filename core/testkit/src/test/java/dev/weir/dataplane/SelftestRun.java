// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Selftest;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.ProgTestRun;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.function.Consumer;

/// Runs single functions of the data plane on `struct selftest`.
final class SelftestRun implements AutoCloseable {
    private final LoadedObject object = BpfObjectFile.ofResource("/bpf/weir_selftest.bpf.o").load();

    /// @param question fills in the struct, which is zeros before
    /// @return the struct as the program left it
    MemorySegment run(String program, Consumer<MemorySegment> question) {
        byte[] packet = new byte[UdpFrame.ETHERNET + (int) Selftest.SIZE];
        question.accept(MemorySegment.ofArray(packet).asSlice(UdpFrame.ETHERNET));
        var result = ProgTestRun.run(object.program(program), packet, ProgTestRun.TestContext.LOOPBACK, 1);
        assertThat(result.returnValue()).as("return value of %s", program).isZero();
        return MemorySegment.ofArray(Arrays.copyOfRange(result.dataOut(), UdpFrame.ETHERNET, packet.length));
    }

    /// Plaintext number `index` of the batch: question and answer.
    MemorySegment plaintext(int index) {
        return object.map("selftest_batch").element(index);
    }

    /// Has the first `count` plaintexts of the batch parsed.
    void parse(int count) {
        byte[] packet = new byte[UdpFrame.ETHERNET + 50];
        MemorySegment.ofArray(packet).set(ValueLayout.JAVA_INT_UNALIGNED, UdpFrame.ETHERNET, count);
        var result = ProgTestRun.run(object.program("selftest_parse"), packet, ProgTestRun.TestContext.LOOPBACK, 1);
        assertThat(result.returnValue()).as("return value of selftest_parse").isZero();
    }

    static void put(byte[] bytes, MemorySegment field) {
        MemorySegment.copy(bytes, 0, field, ValueLayout.JAVA_BYTE, 0, bytes.length);
    }

    static byte[] get(MemorySegment field, int length) {
        return field.asSlice(0, length).toArray(ValueLayout.JAVA_BYTE);
    }

    @Override
    public void close() {
        object.close();
    }
}
