// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import dev.weir.testkit.peer.RawFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.frame.AckFrame;
import tech.kwik.core.impl.Version;
import tech.kwik.core.log.NullLogger;
import tech.kwik.core.packet.PacketMetaData;
import tech.kwik.core.packet.ShortHeaderPacket;

/// ACK frames of 19 bytes that acknowledge as many packets as fit into them. Kwik alone walks them number by number, which takes
/// seconds, and all others on that thread wait.
class EndlessAckTests extends RelayFixture {
    /// As wide as Kwik reads a range.
    private static final long WIDTH = (1L << 31) - 2;

    private static final int TIMES = 400;

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) {
        return LoopbackRelays.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    private static AckFrame endless() throws Exception {
        RawFrame frame = RawFrame.ack(0, WIDTH);
        ByteBuffer buffer = ByteBuffer.allocate(frame.getFrameLength());
        frame.serialize(buffer);
        return new AckFrame().parse(buffer.flip(), new NullLogger());
    }

    /// All the numbers in it have been drawn, so that nothing forbids it. The time is the figure: with the defect one such frame
    /// takes longer than all of these are given here.
    @Test
    void isHandledInLessThanAMillisecond() throws Exception {
        Set<RelayConnection> others = new HashSet<>();
        subscribed();
        others.addAll(RelayInternals.connections(relay));
        KwikPeer subscriber = peer(CHACHA);
        subscriber.request(subscribe(null)).answer();
        awaitLanes(2);
        Set<RelayConnection> all = new HashSet<>(RelayInternals.connections(relay));
        all.removeAll(others);
        RelayConnection connection = all.iterator().next();
        RelayInternals.session(connection).cells().skipTo(WIDTH + 1000);
        var packet = new ShortHeaderPacket(Version.QUIC_version_1);
        var received = new PacketMetaData(Instant.now(), connection.remoteAddress(), 0);
        long[] nanos = new long[TIMES];
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(10), () -> {
            for (int i = 0; i < TIMES; i++) {
                AckFrame frame = endless();
                long began = System.nanoTime();
                connection.process(frame, packet, received);
                nanos[i] = System.nanoTime() - began;
            }
        });
        Arrays.sort(nanos, TIMES / 2, TIMES); // the first half warms up
        long median = nanos[TIMES * 3 / 4];
        System.out.printf("an ACK of %d numbers: median %.1f us, slowest %.1f us%n", WIDTH + 1, median / 1e3, nanos[TIMES - 1] / 1e3);
        assertThat(median).isLessThan(1_000_000);
        assertThat(relay.statistics()).containsEntry("protocol_violations", 0L).containsEntry("connections", 3L);
    }

    @Test
    void endsTheConnectionThatBeginsWithIt() throws Exception {
        Subscribed subscribed = subscribed();
        try {
            peers.add(new KwikPeer("127.0.0.1", relay.address().getPort(), CHACHA, RelayServer.ALPN,
                    PeerHabits.acknowledgeUpTo(EncryptionLevel.Initial, WIDTH)));
        } catch (IOException e) {
            // closed before its handshake was over, or it never hears of it
        }
        await().until(() -> relay.statistics().getOrDefault("connections.closed", 0L) > 0);
        subscribed.publisher().sendDatagramOnce(object(1, 0));
        await().until(() -> subscribed.subscriber().datagrams.size() == 1);
        assertThat(relay.statistics()).containsEntry("connections", 2L);
        assertThat(subscribed.subscriber().closedWith).isNotDone();
    }
}
