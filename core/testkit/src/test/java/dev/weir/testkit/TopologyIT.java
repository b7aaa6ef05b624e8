// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@RequiresRoot
class TopologyIT {
    private static final int PORT = 4433;

    @TempDir
    Path directory;

    @Test
    void everyHostReachesTheRelayOverBothAddressFamilies() throws Exception {
        try (var topology = Topology.create("wt5-top", 2)) {
            for (Host host : topology.subscribers()) {
                assertThat(echo(topology, host, host.relayIpv4())).isEqualTo("hello");
                assertThat(echo(topology, host, host.relayIpv6())).isEqualTo("hello");
            }
            assertThat(echo(topology, topology.publisher(), topology.publisher().relayIpv6())).isEqualTo("hello");
        }
    }

    @Test
    void namespacesAreGoneAfterClose() {
        var topology = Topology.create("wt5-gone", 1);
        assertThat(CommandResult.of("ip", "netns", "list").output()).contains("wt5-gone");
        topology.close();
        assertThat(CommandResult.of("ip", "netns", "list").output()).doesNotContain("wt5-gone");
    }

    @Test
    void aKilledProcessLeavesNothingForLong() {
        // Above the largest process id that Linux gives out.
        String orphan = "wt5-orphan-4194305-1";
        CommandResult.of("ip", "netns", "add", orphan).orThrow();
        NetworkNamespace.create("wt5-orphan").close();
        assertThat(CommandResult.of("ip", "netns", "list").output()).doesNotContain(orphan);
    }

    @Test
    void threadsOfTheFactoryAreInTheNamespace() throws Exception {
        try (var topology = Topology.create("wt5-thr", 1)) {
            var seen = new CompletableFuture<String>();
            topology.relay().threadFactory().newThread(() -> seen.complete(interfaces())).start();
            assertThat(seen.get(5, TimeUnit.SECONDS)).contains("veth0:", "veth1:").doesNotContain(" eth0:");
            assertThat(topology.publisher().namespace().call(TopologyIT::interfaces)).contains(" eth0:");
        }
    }

    @Test
    void aTasksExceptionReachesTheCaller() {
        try (var namespace = NetworkNamespace.create("wt5-exc")) {
            assertThatThrownBy(() -> namespace.call(() -> {
                throw new IllegalStateException("asked to fail");
            })).isInstanceOf(IllegalStateException.class).hasMessage("asked to fail");
        }
    }

    @Test
    void aCaptureHoldsWhatPassedTheInterface() throws Exception {
        try (var topology = Topology.create("wt5-cap", 1)) {
            topology.transmitChecksumOffload(false);
            Host host = topology.subscribers().getFirst();
            Path file = directory.resolve("hello.pcap");
            try (var capture = Capture.start(host.namespace(), Topology.HOST_INTERFACE, file, "udp port " + PORT)) {
                assertThat(echo(topology, host, host.relayIpv4())).isEqualTo("hello");
                assertThat(capture.stop()).isZero();
            }
            assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)).containsPattern("(?s)hello.*hello");
        }
    }

    /// /proc/net would be that of the process's first thread; java.net.NetworkInterface reads its IPv6 addresses there.
    private static String interfaces() {
        try {
            return Files.readString(Path.of("/proc/thread-self/net/dev"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Sends a datagram to a socket in the relay's namespace and receives it back.
    private static String echo(Topology topology, Host host, InetAddress relay) throws Exception {
        try (DatagramSocket socket = topology.relay().call(() -> new DatagramSocket(PORT));
                DatagramSocket peer = host.namespace().call(() -> new DatagramSocket())) {
            byte[] hello = "hello".getBytes(StandardCharsets.US_ASCII);
            peer.setSoTimeout(5000);
            socket.setSoTimeout(5000);
            peer.send(new DatagramPacket(hello, hello.length, relay, PORT));
            var received = new DatagramPacket(new byte[64], 64);
            socket.receive(received);
            socket.send(received);
            var answer = new DatagramPacket(new byte[64], 64);
            peer.receive(answer);
            return new String(answer.getData(), 0, answer.getLength(), StandardCharsets.US_ASCII);
        }
    }
}
