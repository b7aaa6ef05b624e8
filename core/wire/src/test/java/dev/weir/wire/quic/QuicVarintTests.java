// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

import static dev.weir.wire.quic.Hex.hex;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuicVarintTests {
    /// RFC 9000 appendix A.1, and the limits of each length.
    @ParameterizedTest
    @CsvSource({
        "c2197c5eff14e88c, 151288809941952652, 8", "9d7f3e7d, 494878333, 4", "7bbd, 15293, 2", "25, 37, 1",
        "4025, 37, 1", "00, 0, 1", "3f, 63, 1", "4040, 64, 2", "7fff, 16383, 2", "80004000, 16384, 4",
        "bfffffff, 1073741823, 4", "c000000040000000, 1073741824, 8", "ffffffffffffffff, 4611686018427387903, 8"
    })
    void vectorsAreReadAndWritten(String encoded, long value, int smallest) {
        byte[] bytes = hex(encoded);
        ByteBuffer out = ByteBuffer.allocate(bytes.length);
        QuicVarint.encode(value, bytes.length, out);

        assertThat(QuicVarint.decode(ByteBuffer.wrap(bytes))).isEqualTo(value);
        assertThat(out.array()).isEqualTo(bytes);
        assertThat(QuicVarint.size(value)).isEqualTo(smallest);
        for (int length = 0; length < bytes.length; length++) {
            ByteBuffer cut = ByteBuffer.wrap(bytes, 0, length);
            assertThat(QuicVarint.isComplete(cut)).isFalse();
            assertThatExceptionOfType(BufferUnderflowException.class).isThrownBy(() -> QuicVarint.decode(cut));
        }
        assertThat(QuicVarint.isComplete(ByteBuffer.wrap(bytes))).isTrue();
    }

    @Test
    void whatHasNoEncodingIsRefused() {
        ByteBuffer out = ByteBuffer.allocate(16);

        assertThatIllegalArgumentException().isThrownBy(() -> QuicVarint.size(-1));
        assertThatIllegalArgumentException().isThrownBy(() -> QuicVarint.size(QuicVarint.MAX + 1));
        assertThatIllegalArgumentException().isThrownBy(() -> QuicVarint.encode(64, 1, out));
        assertThatIllegalArgumentException().isThrownBy(() -> QuicVarint.encode(0, 3, out));
        assertThatIllegalArgumentException().isThrownBy(() -> QuicVarint.encode(0, 16, out));
    }

    @Test
    void randomNumbersComeBackFromEveryEncoding() {
        var random = new Random(9000);
        for (int i = 0; i < 20_000; i++) {
            long value = random.nextLong() >>> 2 + random.nextInt(62);
            for (int size = QuicVarint.size(value); size <= 8; size *= 2) {
                ByteBuffer buffer = ByteBuffer.allocate(size);
                QuicVarint.encode(value, size, buffer);
                assertThat(QuicVarint.decode(buffer.flip())).isEqualTo(value);
            }
        }
    }
}
