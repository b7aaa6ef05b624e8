// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.LaneFlag;
import dev.weir.abi.WeirReason;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.LoadedObject;
import dev.weir.kernel.TcxAttachment;
import dev.weir.testkit.Host;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.Topology;
import dev.weir.wire.quic.AeadKeys;
import dev.weir.wire.quic.OpenedPacket;
import dev.weir.wire.quic.PacketProtection;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.Arrays;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Sockets on both ends: the kernel's own stack makes the publisher's packets and judges the copies' checksums.
@RequiresRoot
class LivePathIT {
    private static final long ALIAS = 300;
    private static final AeadKeys KEYS = TestKeys.of("live");
    private static final Pattern MAC = Pattern.compile("link/ether ([0-9a-f:]{17})");

    private Topology topology;
    private LoadedObject object;
    private TcxAttachment attachment;
    private MapWriter maps;

    @BeforeEach
    void open() throws Exception {
        topology = Topology.create("wt1-live", 1);
        object = BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").load();
        int ifindex = CopyCapture.ifindex(topology.relay(), topology.publisher().relayInterface());
        attachment = topology.relay().call(() -> TcxAttachment.ingress(object.program("weir_ingress"), ifindex));
        maps = new MapWriter(object, DataPlane.PUBLISHER, DataPlane.PUBLISHER_GENERATION);
    }

    @AfterEach
    void close() {
        attachment.close();
        object.close();
        topology.close();
    }

    private static byte[] mac(NetworkNamespace namespace, String interfaceName) {
        var matcher = MAC.matcher(namespace.ip("link", "show", "dev", interfaceName));
        assertThat(matcher.find()).isTrue();
        return Bytes.hex(matcher.group(1).replace(':', ' '));
    }

    /// Lane 0 is the subscriber's IPv4 address, lane 1 its IPv6 address.
    private LaneSpec lane(int index, boolean ipv6) {
        Host subscriber = topology.subscribers().getFirst();
        InetAddress address = ipv6 ? subscriber.ipv6() : subscriber.ipv4();
        return LaneSpec.to(index, address.getAddress(), mac(subscriber.namespace(), Topology.HOST_INTERFACE),
                mac(topology.relay(), subscriber.relayInterface()));
    }

    private void arm(boolean publisherIpv6, int laneFlags) {
        Host publisher = topology.publisher();
        InetAddress from = publisherIpv6 ? publisher.ipv6() : publisher.ipv4();
        maps.publisher(KEYS, from.getAddress(), DataPlane.PUBLISHER_PORT, DataPlane.OWN_CONNECTION_ID);
        Host subscriber = topology.subscribers().getFirst();
        int egress = CopyCapture.ifindex(topology.relay(), subscriber.relayInterface());
        for (int i = 0; i < 2; i++) {
            var lane = lane(i, i == 1);
            lane.flags = laneFlags;
            maps.lane(lane, (i == 1 ? subscriber.relayIpv6() : subscriber.relayIpv4()).getAddress(), egress);
        }
        maps.track(new TrackSpec(5, ALIAS).to(2));
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void copiesReachSocketsAndTheOriginalReachesTheRelay(boolean publisherIpv6, boolean offload) throws Exception {
        topology.transmitChecksumOffload(offload);
        arm(publisherIpv6, LaneFlag.CHECKSUM_FREE.value);
        Host publisher = topology.publisher();
        var relayAddress = new InetSocketAddress(publisherIpv6 ? publisher.relayIpv6() : publisher.relayIpv4(), DataPlane.LISTEN_PORT);
        var from = new InetSocketAddress(publisherIpv6 ? publisher.ipv6() : publisher.ipv4(), DataPlane.PUBLISHER_PORT);
        try (var sender = publisher.namespace().call(() -> new DatagramSocket(from));
                var relay = topology.relay().call(() -> new DatagramSocket(relayAddress));
                var ipv4 = subscriberSocket(0);
                var ipv6 = subscriberSocket(1)) {
            for (int number = 0; number < 20; number++) {
                byte[] object = Media.object(ALIAS, 1, number, 10, Bytes.filled(20 + 61 * number, number));
                byte[] packet = PacketProtection.seal(KEYS, DataPlane.OWN_CONNECTION_ID, number, 4, Media.datagram(object));

                sender.send(new DatagramPacket(packet, packet.length, relayAddress));

                assertThat(receive(relay)).as("the original").isEqualTo(packet);
                assertThat(open(lane(0, false), receive(ipv4))).isEqualTo(SentFrame.datagram(object, false));
                assertThat(open(lane(1, true), receive(ipv6))).isEqualTo(SentFrame.datagram(object, false));
            }
        }
        assertThat(object.map("counters").sumPerCpu(WeirReason.COUNT_COPIES.value)).isEqualTo(40);
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void aChecksumThatADeviceWouldWriteAtTheWrongPlaceIsLeftToUserSpace(boolean publisherIpv6) throws Exception {
        topology.transmitChecksumOffload(true);
        arm(publisherIpv6, 0);
        Host publisher = topology.publisher();
        var relayAddress = new InetSocketAddress(publisherIpv6 ? publisher.relayIpv6() : publisher.relayIpv4(), DataPlane.LISTEN_PORT);
        var from = new InetSocketAddress(publisherIpv6 ? publisher.ipv6() : publisher.ipv4(), DataPlane.PUBLISHER_PORT);
        try (var sender = publisher.namespace().call(() -> new DatagramSocket(from));
                var relay = topology.relay().call(() -> new DatagramSocket(relayAddress));
                var sameFamily = subscriberSocket(publisherIpv6 ? 1 : 0)) {
            byte[] media = Media.object(ALIAS, 1, 0, 10, new byte[100]);
            byte[] packet = PacketProtection.seal(KEYS, DataPlane.OWN_CONNECTION_ID, 0, 4, Media.datagram(media));
            sender.send(new DatagramPacket(packet, packet.length, relayAddress));

            assertThat(receive(relay)).isEqualTo(packet);
            receive(sameFamily);
        }
        assertThat(object.map("counters").sumPerCpu(WeirReason.CHECKSUM_OFFLOAD.value)).isEqualTo(1);
        assertThat(object.map("counters").sumPerCpu(WeirReason.COUNT_COPIES.value)).isEqualTo(1);
    }

    private DatagramSocket subscriberSocket(int lane) throws Exception {
        Host subscriber = topology.subscribers().getFirst();
        var address = new InetSocketAddress(lane == 1 ? subscriber.ipv6() : subscriber.ipv4(), LaneSpec.FIRST_PORT + lane);
        return subscriber.namespace().call(() -> new DatagramSocket(address));
    }

    private static byte[] receive(DatagramSocket socket) throws Exception {
        var packet = new DatagramPacket(new byte[2048], 2048);
        socket.setSoTimeout(5000);
        try {
            socket.receive(packet);
        } catch (SocketTimeoutException e) {
            throw new AssertionError("nothing arrived at " + socket.getLocalSocketAddress(), e);
        }
        return Arrays.copyOf(packet.getData(), packet.getLength());
    }

    private static SentFrame open(LaneSpec lane, byte[] packet) {
        OpenedPacket opened = PacketProtection.open(lane.keys(), packet, lane.connectionId.length, lane.nextNumber);
        assertThat(opened).isNotNull();
        return SentFrame.parse(opened.payload()).getFirst();
    }
}
