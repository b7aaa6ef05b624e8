// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The fixture is a capture of quiche talking to quiche: handshake, one stream, eight datagrams, close.
class TsharkOracleIT {
    private static final int PORT = 4433;
    private static final int PCAP_FILE_HEADER = 24;
    private static final int PCAP_RECORD_HEADER = 16;
    private static final int QUIC_PACKETS = 22;

    @TempDir
    Path directory;

    @Test
    void decryptsEveryPacketOfAGoodCapture() throws Exception {
        TsharkReport report = TsharkOracle.check(fixture("handshake-and-media.pcap"), fixture("handshake-and-media.keys"), PORT);

        assertThat(report.decrypted()).isEqualTo(QUIC_PACKETS);
        assertThat(report.isClean()).as("%s", report).isTrue();
    }

    @Test
    void flagsAChangedByte() throws Exception {
        byte[] capture = Files.readAllBytes(fixture("handshake-and-media.pcap"));
        capture[record(capture, 13) + PCAP_RECORD_HEADER + 100] ^= 1;

        TsharkReport report = check(capture);

        assertThat(report.undecrypted()).isEqualTo(1);
        assertThat(report.unopened()).singleElement().asString().startsWith("Captured frame 14, after ").contains(" bytes from port ", "header forms [");
        assertThat(report.isClean()).isFalse();
    }

    @Test
    void flagsAPacketNumberUsedTwice() throws Exception {
        byte[] capture = Files.readAllBytes(fixture("handshake-and-media.pcap"));
        int start = record(capture, 14);
        byte[] again = Arrays.copyOfRange(capture, start, record(capture, 15));
        byte[] longer = Arrays.copyOf(capture, capture.length + again.length);
        System.arraycopy(again, 0, longer, capture.length, again.length);

        TsharkReport report = check(longer);

        assertThat(report.duplicatePacketNumbers()).isEqualTo(1);
        assertThat(report.isClean()).isFalse();
    }

    @Test
    void opensNothingOfTheMediaWithoutKeys() throws Exception {
        TsharkReport report = TsharkOracle.check(
                fixture("handshake-and-media.pcap"), Files.createFile(directory.resolve("no.keys")), PORT);

        // Initial packets are protected with keys that everybody can derive.
        assertThat(report.decrypted()).isLessThan(6);
        assertThat(report.undecrypted()).isGreaterThan(15);
    }

    private TsharkReport check(byte[] capture) throws Exception {
        Path changed = Files.write(directory.resolve("changed.pcap"), capture);
        return TsharkOracle.check(changed, fixture("handshake-and-media.keys"), PORT);
    }

    /// Where the record of a captured packet begins; packets count from 0.
    private static int record(byte[] capture, int packet) {
        ByteBuffer bytes = ByteBuffer.wrap(capture).order(ByteOrder.LITTLE_ENDIAN);
        int offset = PCAP_FILE_HEADER;
        for (int i = 0; i < packet; i++) {
            offset += PCAP_RECORD_HEADER + bytes.getInt(offset + 8);
        }
        return offset;
    }

    private static Path fixture(String name) throws IOException, URISyntaxException {
        return Path.of(TsharkOracleIT.class.getResource(name).toURI());
    }
}
