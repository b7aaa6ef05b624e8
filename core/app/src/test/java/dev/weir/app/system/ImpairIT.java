// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.system;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.testkit.CommandResult;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// `./weir impair` from its start to Ctrl-C.
@RequiresRoot
@RequiresBpf
class ImpairIT {
    private static final int PACKETS = 100;

    @Test
    void losesWhatItSaysUntilItIsStopped() throws Exception {
        try (var near = NetworkNamespace.create("wt9-impair"); var far = NetworkNamespace.create("wt9-impair")) {
            near.connect(VethEnd.of("e0", "10.79.0.1/24"), far, VethEnd.of("e0", "10.79.0.2/24"));
            try (WeirProcess impair = WeirProcess.startBehind(List.of(),
                    "impair", "--device", "e0", "--netns", far.name(), "--loss", "100", "--port", "4433", "--handshakes", "--output", "json")) {
                impair.awaitLine("impairing e0");
                near.run(() -> {
                    try (var socket = new DatagramSocket()) {
                        for (int i = 0; i < PACKETS; i++) {
                            socket.send(new DatagramPacket(new byte[] {1}, 1, InetAddress.getByName("10.79.0.2"), 4433));
                        }
                    }
                });
                impair.signal("INT");
                assertThat(impair.exitCode()).isZero();
                assertThat(String.join("", impair.lines())).contains("\"seen\" : " + PACKETS, "\"lost\" : " + PACKETS, "\"passed\" : 0");
            }
        }
    }

    @Test
    void aProxyDelaysAndReordersAndLosesNothing() throws Exception {
        try (var relay = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                var peer = new DatagramSocket(0, InetAddress.getLoopbackAddress());
                WeirProcess proxy = WeirProcess.startBehind(List.of(), "impair", "proxy", "--to", "127.0.0.1:" + relay.getLocalPort(),
                        "--delay", "20", "--reorder", "30", "--reorder-by", "50", "--output", "json")) {
            String line = proxy.awaitLine("listening on");
            int port = Integer.parseInt(line.substring(line.lastIndexOf(':') + 1).strip());
            relay.setSoTimeout(30_000);
            long began = System.nanoTime();
            var order = new ArrayList<Integer>();
            for (int i = 0; i < PACKETS; i++) {
                peer.send(new DatagramPacket(new byte[] {(byte) i}, 1, InetAddress.getLoopbackAddress(), port));
            }
            var packet = new DatagramPacket(new byte[1], 1);
            for (int i = 0; i < PACKETS; i++) {
                relay.receive(packet);
                order.add((int) packet.getData()[0]);
            }
            assertThat(System.nanoTime() - began).isGreaterThanOrEqualTo(20_000_000L);
            assertThat(order).containsExactlyInAnyOrderElementsOf(IntStream.range(0, PACKETS).boxed().toList());
            assertThat(IntStream.range(1, PACKETS).filter(i -> order.get(i) < order.get(i - 1)).count()).isPositive();
            proxy.signal("INT");
            assertThat(proxy.exitCode()).isZero();
            assertThat(String.join("", proxy.lines())).contains("\"carried\" : " + PACKETS).doesNotContain("\"overtaken\" : 0");
        }
    }

    @Test
    void badArgumentsGetASentence() {
        CommandResult usage = Launcher.run("impair", "--device", "lo", "--loss", "101");
        assertThat(usage.exitCode()).isEqualTo(2);
        assertThat(usage.errors()).contains("The loss share is 0 to 100 percent, not 101");
        CommandResult proxy = Launcher.run("impair", "proxy", "--to", "somewhere");
        assertThat(proxy.exitCode()).isEqualTo(2);
        assertThat(proxy.errors()).contains("write ADDRESS:PORT");
        CommandResult device = Launcher.run("impair", "--device", "none0");
        assertThat(device.exitCode()).isEqualTo(1);
        assertThat(device.errors()).contains("There is no device none0").contains("ip link");
        CommandResult namespace = Launcher.run("impair", "--device", "e0", "--netns", "none");
        assertThat(namespace.exitCode()).isEqualTo(1);
        assertThat(namespace.errors()).contains("Cannot open the network namespace /run/netns/none");
    }
}
