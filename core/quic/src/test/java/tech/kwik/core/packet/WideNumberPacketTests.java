// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.packet;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tech.kwik.core.QuicConnection;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.Aes128Gcm;
import tech.kwik.core.crypto.ChaCha20;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.Role;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.Logger;
import tech.kwik.core.log.NullLogger;

/// Kwik's parser, which nobody here wrote, opens packets with numbers of four bytes.
class WideNumberPacketTests {
    private static final Version VERSION = Version.of(QuicConnection.QuicVersion.V1);
    private static final Logger LOG = new NullLogger();
    private static final byte[] CONNECTION_ID = {1, 2, 3, 4, 5};
    private static final long HALF = 1L << 31;
    /// RFC 9001 appendix A.5.
    private static final byte[] SECRET =
            HexFormat.of().parseHex("9ac312a7f877468ebe69422748ad00a15443f18203a07d6060f688f30f21632b");

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 255, 256, 65_536, 654_360_564, (1L << 32) - 1, 1L << 32, (1L << 32) + 7, 1L << 61})
    void isOpenedHoweverFarItWasOvertaken(long number) throws Exception {
        for (long distance : new long[] {-HALF + 2, -300, -1, 0, 300, HALF - 2}) {
            assertOpens(number, Math.max(0, number + distance), chaCha20());
            assertOpens(number, Math.max(0, number + distance), aes128());
        }
    }

    private static void assertOpens(long number, long largest, Aead keys) throws Exception {
        var sent = new WideNumberPacket(VERSION, CONNECTION_ID);
        sent.setPacketNumber(number);
        sent.addFrame(new PingFrame());
        byte[] bytes = sent.generatePacketBytes(keys);
        assertThat(bytes).hasSize(sent.estimateLength(0)).hasSize(1 + CONNECTION_ID.length + 4 + 1 + 16);

        var received = new ShortHeaderPacket(VERSION);
        received.parse(ByteBuffer.wrap(bytes), keys, largest, LOG, CONNECTION_ID.length);

        assertThat(received.getPacketNumber()).as("after %d", largest).isEqualTo(number);
        assertThat(received.getDestinationConnectionId()).isEqualTo(CONNECTION_ID);
        assertThat(received.getFrames()).singleElement().isInstanceOf(PingFrame.class);
    }

    /// A new one each time: they seal no number twice.
    private static Aead chaCha20() {
        return new ChaCha20(VERSION, Role.Client, false, SECRET, null, LOG);
    }

    private static Aead aes128() {
        return new Aes128Gcm(VERSION, Role.Client, false, SECRET, null, LOG);
    }
}
