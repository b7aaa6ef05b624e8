// SPDX-License-Identifier: Apache-2.0
package tech.kwik.core.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.util.Collection;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tech.kwik.core.ack.AckGenerator;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.common.PnSpace;
import tech.kwik.core.frame.DatagramFrame;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.impl.VersionHolder;

/// No packet number is drawn for a packet that has nothing in it.
class LookFirstPacketAssemblerTests {
    private static final int PACKET = 1252;
    private static final byte[] CONNECTION_ID = new byte[20];
    private static final int OVERHEAD = 1 + CONNECTION_ID.length + 4 + 16;
    private static final int MEDIA = 1000;

    private final SendRequestQueue queue = new SendRequestQueue(EncryptionLevel.App);
    private long drawn;
    private LookFirstPacketAssembler assembler;

    @BeforeEach
    @SuppressWarnings("unchecked")
    void install() throws ReflectiveOperationException {
        var numbers = new PacketNumberGenerator() {
            @Override
            public long nextPacketNumber() {
                return drawn++;
            }

            @Override
            public void restorePacketNumber() {}
        };
        Field requests = SendRequestQueue.class.getDeclaredField("requestQueue");
        requests.setAccessible(true);
        assembler = new LookFirstPacketAssembler(
                new VersionHolder(Version.QUIC_version_1),
                queue,
                (Collection<SendRequest>) requests.get(queue),
                new AckGenerator(PnSpace.App, null, null),
                numbers,
                new LookFirstPacketAssembler.Addressing(() -> CONNECTION_ID, new ReentrantLock()));
    }

    private Optional<SendItem> assemble(int window) {
        return assembler.assemble(window, PACKET, new byte[0], CONNECTION_ID);
    }

    private void requestMedia() {
        queue.addRequest(_ -> new DatagramFrame(new byte[MEDIA - 3]), MEDIA, _ -> {});
    }

    @Test
    void drawsNoneWhileTheWindowHasTooLittleRoomForWhatWaits() {
        requestMedia();

        for (int window = 0; window < MEDIA + OVERHEAD; window += 10) {
            assertThat(assemble(window)).isEmpty();
        }
        assertThat(assemble(MEDIA + OVERHEAD - 1)).isEmpty();
        assertThat(drawn).isZero();
        assertThat(assemble(MEDIA + OVERHEAD)).isPresent();
        assertThat(drawn).isEqualTo(1);
    }

    @Test
    void sendsWhatFitsAheadOfWhatDoesNot() {
        requestMedia();
        queue.addRequest(new PingFrame(), _ -> {});

        Optional<SendItem> first = assemble(100);

        assertThat(first.orElseThrow().getPacket().getFrames()).hasOnlyElementsOfType(PingFrame.class);
        assertThat(assemble(100)).isEmpty();
        assertThat(drawn).isEqualTo(1);
    }

    @Test
    void aProbeNeedsNoWindow() {
        requestMedia();
        queue.addProbeRequest();

        assertThat(assemble(0)).isPresent();
        assertThat(assemble(0)).isEmpty();
        assertThat(drawn).isEqualTo(1);
    }
}
