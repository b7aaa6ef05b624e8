// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.wire.moqt.Vi64;
import dev.weir.wire.quic.QuicVarint;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Both variable-length integers: what is read and written again with the same length is the same bytes.
class IntegerFuzzTests {
    @FuzzTest
    void moqt(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (Vi64.isComplete(in)) {
            int start = in.position();
            int size = Vi64.encodedSize(bytes[start]);
            long value = Vi64.decode(in);
            assertThat(in.position() - start).isEqualTo(size).isGreaterThanOrEqualTo(Vi64.size(value));
            assertThat(Vi64.encode(value, size)).isEqualTo(Arrays.copyOfRange(bytes, start, start + size));
            assertThat(Vi64.decode(ByteBuffer.wrap(Vi64.encode(value)))).isEqualTo(value);
        }
    }

    @FuzzTest
    void quic(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        while (QuicVarint.isComplete(in)) {
            int start = in.position();
            int size = QuicVarint.encodedSize(bytes[start]);
            long value = QuicVarint.decode(in);
            ByteBuffer out = ByteBuffer.allocate(8);
            QuicVarint.encode(value, size, out);
            assertThat(value).isBetween(0L, QuicVarint.MAX);
            assertThat(in.position() - start).isEqualTo(size).isGreaterThanOrEqualTo(QuicVarint.size(value));
            assertThat(Arrays.copyOf(out.array(), out.position())).isEqualTo(Arrays.copyOfRange(bytes, start, start + size));
        }
    }
}
