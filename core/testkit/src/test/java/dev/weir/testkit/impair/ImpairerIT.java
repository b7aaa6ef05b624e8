// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.impair;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.TestkitException;
import dev.weir.testkit.VethEnd;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Numbered packets from one namespace to another, through the impairer: which of them come, how often, and how they look.
@RequiresRoot
@RequiresBpf
class ImpairerIT {
    private static final int PACKETS = 4000;
    private static final int TRAIN = 64;
    private static final int PORT = 4433;
    private static final int LENGTH = 700;
    private static final String DEVICE = "e0";
    private static final int SHORT_HEADER = 0x40;
    private static final int LONG_HEADER = 0xc0;

    private static NetworkNamespace near;
    private static NetworkNamespace far;

    @BeforeAll
    static void connect() {
        near = NetworkNamespace.create("wt9-near");
        far = NetworkNamespace.create("wt9-far");
        near.connect(VethEnd.of(DEVICE, "10.78.0.1/24", "fd78::1/64"), far, VethEnd.of(DEVICE, "10.78.0.2/24", "fd78::2/64"));
    }

    @AfterAll
    static void remove() {
        near.close();
        far.close();
    }

    /// A packet's number and whether it is as it was sent.
    private record Arrival(int number, boolean whole) {}

    @ParameterizedTest
    @EnumSource(Impairer.Direction.class)
    void losesTheSamePacketsWithTheSameSeed(Impairer.Direction direction) throws Exception {
        List<Integer> once = lost(direction, Impairment.none(7).withLoss(5, 1));
        List<Integer> again = lost(direction, Impairment.none(7).withLoss(5, 1));
        List<Integer> other = lost(direction, Impairment.none(8).withLoss(5, 1));

        assertThat(again).isEqualTo(once);
        assertThat(other).isNotEqualTo(once);
        assertThat(once.size()).isCloseTo(PACKETS / 20, within(60));
    }

    @Test
    void losesInBursts() throws Exception {
        List<Integer> lost = lost(Impairer.Direction.IN, Impairment.none(7).withLoss(5, 3));
        var gone = new HashSet<>(lost);

        assertThat(lost.size()).isCloseTo(PACKETS / 20, within(80));
        assertThat(lost).allSatisfy(number ->
                assertThat(run(gone, number)).as("lost in a row around %s", number).isGreaterThanOrEqualTo(Math.min(3, PACKETS - number)));
    }

    private static int run(HashSet<Integer> gone, int number) {
        int first = number;
        int last = number;
        while (gone.contains(first - 1)) {
            first--;
        }
        while (gone.contains(last + 1)) {
            last++;
        }
        return last - first + 1;
    }

    private static List<Integer> lost(Impairer.Direction direction, Impairment impairment) throws Exception {
        try (Impairer impairer = impairer(direction, impairment.only(PORT, false, 0))) {
            var came = new HashSet<Integer>();
            send(impairer, "10.78.0.1", SHORT_HEADER, LENGTH).forEach(arrival -> came.add(arrival.number()));
            List<Integer> lost = IntStream.range(0, PACKETS).filter(number -> !came.contains(number)).boxed().toList();
            assertThat(impairer.counts()).isEqualTo(
                    new ImpairmentCounts(PACKETS, PACKETS - lost.size(), lost.size(), 0, 0, 0, 0));
            return lost;
        }
    }

    /// Each has the packets of one port; what one doubles must not look new to another one.
    @ParameterizedTest
    @EnumSource(Impairer.Direction.class)
    void severalAtOneDeviceCountNoDuplicateAsAPacket(Impairer.Direction direction) throws Exception {
        try (Impairer _ = impairer(direction, Impairment.none(7).only(PORT + 1, false, 0));
                Impairer impairer = impairer(direction, Impairment.none(7).withDuplicates(100).only(PORT, false, 0))) {
            List<Arrival> arrivals = send(impairer, "10.78.0.1", SHORT_HEADER, LENGTH);

            assertThat(impairer.counts()).isEqualTo(new ImpairmentCounts(PACKETS, PACKETS, 0, 0, PACKETS, 0, 0));
            assertThat(arrivals).hasSize(2 * PACKETS);
        }
    }

    @ParameterizedTest
    @EnumSource(Impairer.Direction.class)
    void duplicatesAndDamagesExactlyWhatItCounts(Impairer.Direction direction) throws Exception {
        Impairment impairment = Impairment.none(3).withDuplicates(5).withCorruption(4).only(PORT, true, 600);
        for (boolean checksumInSoftware : new boolean[] {false, true}) {
            near.exec("ethtool", "-K", DEVICE, "tx", checksumInSoftware ? "off" : "on").orThrow();
            far.exec("ethtool", "-K", DEVICE, "tx", checksumInSoftware ? "off" : "on").orThrow();
            for (String source : List.of("10.78.0.1", "fd78::1")) {
                try (Impairer impairer = impairer(direction, impairment)) {
                    List<Arrival> arrivals = send(impairer, source, SHORT_HEADER, LENGTH);
                    Map<Integer, Integer> times = new HashMap<>();
                    arrivals.forEach(arrival -> times.merge(arrival.number(), 1, Integer::sum));
                    ImpairmentCounts counts = impairer.counts();

                    assertThat(times).hasSize(PACKETS);
                    assertThat(counts.seen()).isEqualTo(PACKETS);
                    assertThat(counts.duplicated()).isEqualTo(arrivals.size() - PACKETS).isBetween(120L, 280L);
                    assertThat(counts.corrupted()).isBetween(90L, 230L)
                            .isEqualTo(arrivals.stream().filter(arrival -> !arrival.whole()).map(Arrival::number).distinct().count());
                }
            }
        }
    }

    @Test
    void leavesAloneWhatItDoesNotConcern() throws Exception {
        Impairment everything = Impairment.none(3).withLoss(100, 1);
        for (Impairment impairment : List.of(
                everything.only(PORT + 1, false, 0), everything.only(0, false, LENGTH + 1), everything.only(PORT, true, 0))) {
            try (Impairer impairer = impairer(Impairer.Direction.IN, impairment)) {
                assertThat(send(impairer, "10.78.0.1", LONG_HEADER, LENGTH)).hasSize(PACKETS);
                assertThat(impairer.counts().seen()).isZero();
            }
        }
    }

    @Test
    void swallowsEverythingWhileABlackHoleIsOpenAndCanBeChanged() throws Exception {
        Impairment hole = Impairment.none(3).withBlackhole(Duration.ofHours(1), Duration.ofHours(1)).only(PORT, false, 0);
        try (Impairer impairer = impairer(Impairer.Direction.IN, hole)) {
            assertThat(send(impairer, "10.78.0.1", SHORT_HEADER, LENGTH)).isEmpty();
            assertThat(impairer.counts().blackholed()).isEqualTo(PACKETS);
            impairer.change(Impairment.none(3).only(PORT, false, 0));
            assertThat(send(impairer, "10.78.0.1", SHORT_HEADER, LENGTH)).hasSize(PACKETS);
        }
    }

    @Test
    void saysThatThereIsNoSuchDevice() {
        assertThatThrownBy(() -> Impairer.on(far, "none0", Impairer.Direction.IN, Impairment.none(1)))
                .isInstanceOf(TestkitException.class).hasMessageContaining("no device none0").hasMessageContaining("ip link");
    }

    /// At the sender's end for packets that leave, at the receiver's for those that arrive.
    private static Impairer impairer(Impairer.Direction direction, Impairment impairment) {
        return Impairer.on(direction == Impairer.Direction.IN ? far : near, DEVICE, direction, impairment);
    }

    /// Sends all packets and gives those that arrive. No packet that may come is outstanding when the next ones are sent: a
    /// socket's buffer and a processor's backlog lose what does not fit, and nobody counts that.
    private static List<Arrival> send(Impairer impairer, String source, int firstByte, int length) throws Exception {
        String destination = source.replace(".0.1", ".0.2").replace("::1", "::2");
        try (DatagramChannel receiver = far.call(() -> open(new InetSocketAddress(destination, PORT)));
                DatagramChannel sender = near.call(() -> open(new InetSocketAddress(source, 0)))) {
            var arrivals = new ArrayList<Arrival>();
            ImpairmentCounts before = impairer.counts();
            SocketAddress to = new InetSocketAddress(destination, PORT);
            for (int sent = 0; sent < PACKETS; ) {
                for (int end = Math.min(sent + TRAIN, PACKETS); sent < end; sent++) {
                    sender.send(packet(sent, firstByte, length), to);
                }
                int expected = sent;
                await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
                    receive(receiver, arrivals, length);
                    ImpairmentCounts now = impairer.counts();
                    return arrivals.size() == expected - (now.gone() - before.gone()) + now.duplicated() - before.duplicated();
                });
            }
            return arrivals;
        }
    }

    private static DatagramChannel open(InetSocketAddress address) throws Exception {
        DatagramChannel channel = DatagramChannel.open().bind(address);
        channel.setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20);
        channel.configureBlocking(false);
        return channel;
    }

    private static ByteBuffer packet(int number, int firstByte, int length) {
        ByteBuffer packet = ByteBuffer.allocate(length);
        while (packet.remaining() >= Integer.BYTES) {
            packet.putInt(number);
        }
        return packet.put(0, (byte) firstByte).clear();
    }

    private static void receive(DatagramChannel channel, List<Arrival> arrivals, int length) throws Exception {
        ByteBuffer buffer = ByteBuffer.allocate(2048);
        while (channel.receive(buffer.clear()) != null) {
            buffer.flip();
            assertThat(buffer.remaining()).isEqualTo(length);
            arrivals.add(arrival(buffer, length));
        }
    }

    /// A packet says its number many times, so that damage to one bit does not hide it.
    private static Arrival arrival(ByteBuffer packet, int length) {
        int second = packet.getInt(4);
        int number = second == packet.getInt(8) ? second : packet.getInt(12);
        return new Arrival(number, packet.equals(packet(number, packet.get(0) & 0xff, length))
                && (packet.get(0) & 0x3f) == 0);
    }
}
