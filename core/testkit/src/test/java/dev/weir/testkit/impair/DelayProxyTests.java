// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.TestkitException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import org.junit.jupiter.api.Test;

class DelayProxyTests {
    private static final ThreadFactory THREADS = Thread.ofPlatform().daemon().factory();
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void carriesEveryPeersPacketsBothWaysAndDelaysThem() throws Exception {
        var delay = Delay.of(1, Duration.ofMillis(30));
        try (var relay = new DatagramSocket(ANY);
                var proxy = DelayProxy.start(THREADS, ANY, (InetSocketAddress) relay.getLocalSocketAddress(), delay);
                var first = new DatagramSocket(ANY);
                var second = new DatagramSocket(ANY)) {
            relay.setSoTimeout(10_000);
            long begin = System.nanoTime();
            send(first, "one", proxy.address());
            send(second, "two", proxy.address());
            DatagramPacket one = receive(relay);
            DatagramPacket two = receive(relay);
            assertThat(System.nanoTime() - begin).isGreaterThanOrEqualTo(Duration.ofMillis(30).toNanos());
            assertThat(one.getSocketAddress()).isNotEqualTo(two.getSocketAddress());
            boolean inOrder = text(one).equals("one");
            assertThat(proxy.portTowardsRelay(first.getLocalPort())).isEqualTo((inOrder ? one : two).getPort());
            assertThat(proxy.portTowardsRelay(second.getLocalPort())).isEqualTo((inOrder ? two : one).getPort());

            for (DatagramPacket packet : new DatagramPacket[] {two, one}) {
                relay.send(new DatagramPacket(packet.getData(), packet.getLength(), packet.getSocketAddress()));
            }
            assertThat(text(receive(first))).isEqualTo("one");
            assertThat(text(receive(second))).isEqualTo("two");
            await().until(() -> proxy.carried() == 4);
        }
    }

    @Test
    void aPeerThatIsReboundHasAnotherAddressAndTheOldOneLeadsNowhere() throws Exception {
        try (var relay = new DatagramSocket(ANY);
                var proxy = DelayProxy.start(THREADS, ANY, (InetSocketAddress) relay.getLocalSocketAddress(), Delay.of(1, Duration.ZERO));
                var peer = new DatagramSocket(ANY)) {
            relay.setSoTimeout(10_000);
            send(peer, "before", proxy.address());
            DatagramPacket before = receive(relay);

            proxy.rebind();
            send(peer, "after", proxy.address());
            DatagramPacket after = receive(relay);
            assertThat(text(after)).isEqualTo("after");
            assertThat(after.getPort()).isNotEqualTo(before.getPort()).isEqualTo(proxy.portTowardsRelay(peer.getLocalPort()));
            relay.send(new DatagramPacket("lost".getBytes(StandardCharsets.UTF_8), 4, before.getSocketAddress()));
            relay.send(new DatagramPacket(after.getData(), after.getLength(), after.getSocketAddress()));

            assertThat(text(receive(peer))).isEqualTo("after");
            assertThat(proxy.fromTarget()).isEqualTo(1);
        }
    }

    @Test
    void saysWhenItCannotListen() throws Exception {
        try (var taken = new DatagramSocket(ANY)) {
            assertThatThrownBy(() -> DelayProxy.start(
                            THREADS, (InetSocketAddress) taken.getLocalSocketAddress(), ANY, Delay.of(1, Duration.ZERO)))
                    .isInstanceOf(TestkitException.class).hasMessageContaining("cannot listen on").hasMessageContaining("choose an address");
        }
    }

    private static void send(DatagramSocket socket, String text, InetSocketAddress to) throws Exception {
        socket.setSoTimeout(10_000);
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        socket.send(new DatagramPacket(bytes, bytes.length, to));
    }

    private static DatagramPacket receive(DatagramSocket socket) throws Exception {
        var packet = new DatagramPacket(new byte[1500], 1500);
        socket.receive(packet);
        return packet;
    }

    private static String text(DatagramPacket packet) {
        return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8);
    }
}
