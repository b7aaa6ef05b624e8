// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.abi.Control;
import dev.weir.abi.Publisher;
import dev.weir.abi.WeirReason;
import dev.weir.kernel.BpfObjectFile;
import dev.weir.kernel.MonotonicClock;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.testkit.RequiresRoot;
import dev.weir.wire.quic.FrameWalk;
import dev.weir.wire.quic.FrameWalker;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Packets of which no copy may be made: they pass up as they came, and nothing that counts is changed.
@RequiresRoot
class RefusalIT {
    private static final long ALIAS = 300;
    private static final int LANES = 2;
    private static final byte[] OBJECT = Media.object(ALIAS, 1, 0, 10, Bytes.filled(60, 0x17));
    private static final byte[] OPENING = Bytes.concat(Media.subgroup(ALIAS, 9, 7), Bytes.filled(30, 0xaa));

    private static CopyCapture capture;
    private DataPlane plane;

    @BeforeAll
    static void openCapture() throws Exception {
        capture = new CopyCapture();
    }

    @AfterAll
    static void closeCapture() {
        capture.close();
    }

    @BeforeEach
    void openPlane() {
        plane = new DataPlane(capture, false);
        arm(plane);
    }

    private static void arm(DataPlane plane) {
        for (int i = 0; i < LANES; i++) {
            plane.lane(LaneSpec.ipv4(i));
        }
        plane.track(new TrackSpec(5, ALIAS).to(LANES));
    }

    @AfterEach
    void closePlane() {
        plane.close();
    }

    /// Delivers a frame that must leave no trace but counters.
    private Outcome refused(byte[] frame) throws Exception {
        return refused(frame, TestContext.LOOPBACK);
    }

    private Outcome refused(byte[] frame, TestContext context) throws Exception {
        String before = plane.maps().traces(LANES, 2);
        var outcome = plane.deliver(frame, context);
        assertThat(outcome.record()).isNull();
        assertThat(outcome.copies()).isEmpty();
        assertThat(plane.maps().traces(LANES, 2)).as("state of the data plane").isEqualTo(before);
        return outcome;
    }

    private byte[] good(long number) {
        return plane.packet(number, 4, Media.stream(2, 0, OPENING, false), Media.datagram(OBJECT));
    }

    @Test
    void everyTamperedByteOfThePacketIsNoticed() throws Exception {
        byte[] packet = good(1);
        for (int i = 0; i < packet.length; i++) {
            byte[] tampered = packet.clone();
            tampered[i] ^= (byte) (1 << i % 8);
            assertThat(refused(plane.frame(tampered)).counted()).as("byte %s", i).doesNotContainKey(WeirReason.COUNT_PACKETS_OPENED);
        }
        assertThat(plane.deliver(plane.frame(packet)).copies()).as("the genuine one afterwards").hasSize(LANES);
    }

    @Test
    void tamperedAddressesAndLengthsAreNoticed() throws Exception {
        byte[] frame = plane.frame(good(1));
        int udpChecksum = UdpFrame.overhead(false) - 2;
        // The source's MAC address and an unused UDP checksum are nobody's business.
        for (int i = 12; i < udpChecksum; i++) {
            byte[] tampered = frame.clone();
            tampered[i] ^= 4;
            refused(tampered);
        }
    }

    @Test
    void forgedPacketsAreCountedOneByOne() throws Exception {
        var random = new Random(20_26);
        long forged = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] packet = Bytes.concat(new byte[] {0x55}, DataPlane.OWN_CONNECTION_ID, Bytes.random(random, 20 + random.nextInt(1200)));
            forged += refused(plane.frame(packet)).counted().entrySet().stream()
                    .filter(entry -> entry.getKey() == WeirReason.BAD_TAG || entry.getKey() == WeirReason.KEY_PHASE)
                    .mapToLong(Map.Entry::getValue).sum();
        }
        assertThat(forged).isEqualTo(2000);
    }

    @Test
    void packetsCutOffAnywhereAreRefused() throws Exception {
        byte[] packet = good(1);
        byte[] frame = plane.frame(packet);
        for (int length = 0; length < packet.length; length++) {
            refused(plane.frame(Arrays.copyOf(packet, length)));
        }
        // The kernel runs no test on less than the IP header that the Ethernet header announces.
        for (int length = UdpFrame.ETHERNET + 20; length < frame.length; length++) {
            refused(Arrays.copyOf(frame, length));
        }
        assertThat(refused(Arrays.copyOf(frame, frame.length - 1)).counted()).containsKey(WeirReason.LENGTH);
        assertThat(refused(Arrays.copyOf(frame, frame.length + 1)).counted()).containsKey(WeirReason.LENGTH);
    }

    @Test
    void plaintextCutOffAnywhereIsCopiedOnlyIfItIsWellFormed() throws Exception {
        byte[] frames = Bytes.concat(Media.ACK, Media.datagram(OBJECT), Bytes.hex("1c 0a 02 03 616263"), Media.PING,
                Bytes.hex("18 05 02 04 01020304 000102030405060708090a0b0c0d0e0f"), Media.stream(3, 9, new byte[20], false), Media.datagram(OBJECT));
        for (int length = 4; length < frames.length; length++) {
            byte[] plaintext = Arrays.copyOf(frames, length);
            boolean malformed = FrameWalker.walk(plaintext) instanceof FrameWalk.Malformed;

            var outcome = plane.send(plaintext);

            assertThat(outcome.counted().containsKey(WeirReason.MALFORMED)).as("%s bytes", length).isEqualTo(malformed);
            if (malformed) {
                assertThat(outcome.copies()).isEmpty();
            }
        }
    }

    @Test
    void aReplayMakesNoSecondCopy() throws Exception {
        byte[] frame = plane.frame(good(1000));
        assertThat(plane.deliver(frame).copies()).hasSize(LANES);

        assertThat(refused(frame).counted()).containsKey(WeirReason.REPLAYED);
    }

    @Test
    void numbersOutOfOrderAreTakenOnceEach() throws Exception {
        plane.deliver(plane.frame(good(1000)));
        for (int number = 999; number > 900; number -= 3) {
            byte[] frame = plane.frame(plane.packet(number, 4, Media.datagram(OBJECT)));
            assertThat(plane.deliver(frame).copies()).as("number %s", number).hasSize(LANES);
            assertThat(refused(frame).counted()).containsKey(WeirReason.REPLAYED);
        }
    }

    @Test
    void theReplayWindowAgreesWithASetOfNumbers() throws Exception {
        var random = new Random(7);
        var seen = new HashSet<Long>();
        long largest = 5000;
        plane.maps().replayWindow(largest, largest);
        for (int i = 0; i < 1500; i++) {
            long number = Math.max(5000, largest + random.nextInt(-150, random.nextInt(20) == 0 ? 600 : 4));
            boolean fresh = seen.add(number);
            largest = Math.max(largest, number);

            var outcome = plane.deliver(plane.frame(plane.packet(number, 4, Media.PING, new byte[8])));

            assertThat(outcome.counted().containsKey(WeirReason.REPLAYED)).as("number %s of %s", number, largest).isEqualTo(!fresh);
        }
    }

    @Test
    void numbersBelowTheWindowOrTheFloorAreNotJudged() throws Exception {
        plane.maps().replayWindow(10_000, 9_990);

        assertThat(refused(plane.frame(good(9_989))).counted()).containsKey(WeirReason.REPLAYED);
        assertThat(plane.deliver(plane.frame(good(9_990))).copies()).hasSize(LANES);
        assertThat(plane.deliver(plane.frame(plane.packet(20_000, 4, Media.datagram(OBJECT)))).copies()).hasSize(LANES);
        assertThat(refused(plane.frame(good(20_000 - 300))).counted()).containsKey(WeirReason.REPLAYED);
    }

    @Test
    void onlyThePublishersAddressMaySend() throws Exception {
        byte[] source = DataPlane.publisherAddress(false);
        byte[] relay = DataPlane.relayAddress(false);
        byte[] elsewhere = {10, 9, 1, 3};

        var otherPort = new UdpFrame(source, relay, DataPlane.PUBLISHER_PORT + 1, DataPlane.LISTEN_PORT, good(1));
        var otherAddress = new UdpFrame(elsewhere, relay, DataPlane.PUBLISHER_PORT, DataPlane.LISTEN_PORT, good(1));
        var otherFamily = new UdpFrame(DataPlane.publisherAddress(true), DataPlane.relayAddress(true), DataPlane.PUBLISHER_PORT,
                DataPlane.LISTEN_PORT, good(1));

        assertThat(refused(otherPort.encode()).counted()).containsKey(WeirReason.FOREIGN_SOURCE);
        assertThat(refused(otherAddress.encode()).counted()).containsKey(WeirReason.FOREIGN_SOURCE);
        assertThat(refused(otherFamily.encode()).counted()).containsKey(WeirReason.FOREIGN_SOURCE);
    }

    @Test
    void whatIsNotForThePublishersConnectionIsNotEvenCounted() throws Exception {
        byte[] longHeader = good(1);
        longHeader[0] |= (byte) 0x80;
        byte[] unknownId = good(1);
        unknownId[3] ^= 1;
        byte[] overheard = plane.frame(good(1));
        overheard[0] = 2;
        var otherPort = new UdpFrame(DataPlane.publisherAddress(false), DataPlane.relayAddress(false), DataPlane.PUBLISHER_PORT, 4434, good(1));

        for (byte[] frame : new byte[][] {plane.frame(longHeader), plane.frame(unknownId), overheard, otherPort.encode()}) {
            assertThat(refused(frame).counted()).isEmpty();
        }
    }

    @Test
    void pastTheLeasePacketsOnlyPassUp() throws Exception {
        Control.leaseUntilNs(plane.control(), MonotonicClock.nanos() - 1);
        // 300 packets later a number of one byte could no longer be told; they are followed all the same.
        for (long number = 1; number <= 300; number++) {
            var outcome = plane.deliver(plane.frame(plane.packet(number, 1, Media.datagram(OBJECT))));
            assertThat(outcome.record()).isNull();
            assertThat(outcome.copies()).isEmpty();
            assertThat(outcome.counted()).containsKey(WeirReason.LEASE_EXPIRED);
        }
        Control.leaseUntilNs(plane.control(), MonotonicClock.nanos() + 60_000_000_000L);
        assertThat(plane.deliver(plane.frame(plane.packet(301, 1, Media.datagram(OBJECT)))).copies()).hasSize(LANES);
    }

    @Test
    void userSpaceMovesPacketNumbersOn() throws Exception {
        Publisher.received(plane.publisher(), 1000);
        assertThat(plane.deliver(plane.frame(plane.packet(1001, 1, Media.datagram(OBJECT)))).copies()).hasSize(LANES);
    }

    @Test
    void wrongChecksumsPassUp() throws Exception {
        var genuine = new UdpFrame(DataPlane.publisherAddress(false), DataPlane.relayAddress(false), DataPlane.PUBLISHER_PORT,
                DataPlane.LISTEN_PORT, good(1));
        byte[] wrong = genuine.encodeWithChecksum();
        wrong[40] ^= 1;
        byte[] wrongInHeader = genuine.encodeWithChecksum();
        wrongInHeader[25] ^= 1;

        assertThat(refused(wrong).counted()).containsKey(WeirReason.CHECKSUM);
        assertThat(refused(wrongInHeader).counted()).containsKey(WeirReason.CHECKSUM);
        assertThat(plane.deliver(genuine.encodeWithChecksum()).copies()).hasSize(LANES);
    }

    @Test
    void withIpv6ThereMustBeAChecksum() throws Exception {
        try (var ipv6 = new DataPlane(capture, true)) {
            arm(ipv6);
            byte[] without = ipv6.frame(good(1));
            without[60] = without[61] = 0;

            assertThat(ipv6.deliver(without).counted()).containsKey(WeirReason.CHECKSUM).doesNotContainKey(WeirReason.COUNT_COPIES);
            assertThat(ipv6.deliver(ipv6.frame(good(1))).copies()).hasSize(LANES);
        }
    }

    @Test
    void superPacketsFragmentsAndOptionsPassUp() throws Exception {
        byte[] frame = plane.frame(good(1));
        assertThat(refused(frame, new TestContext(0, 0, 0, 60, 3)).counted()).containsKey(WeirReason.GSO);

        byte[] fragment = frame.clone();
        fragment[20] = 0x20;
        UdpFrame.fixIpv4Checksum(fragment);
        assertThat(refused(fragment).counted()).containsKey(WeirReason.FRAGMENT);

        byte[] options = Bytes.concat(Arrays.copyOf(frame, 34), new byte[] {1, 1, 1, 1}, Arrays.copyOfRange(frame, 34, frame.length));
        options[14] = 0x46;
        options[17] += 4;
        UdpFrame.fixIpv4Checksum(options);
        assertThat(refused(options).counted()).containsKey(WeirReason.IP_OPTIONS);
    }

    @Test
    void extensionHeadersPassUp() throws Exception {
        try (var ipv6 = new DataPlane(capture, true)) {
            arm(ipv6);
            byte[] frame = ipv6.frame(good(1));
            for (int type : new int[] {0, 43, 44, 60}) {
                byte[] extended = Bytes.concat(Arrays.copyOf(frame, 54), new byte[] {17, 0, 0, 0, 0, 0, 0, 0},
                        Arrays.copyOfRange(frame, 54, frame.length));
                extended[19] += 8;
                extended[20] = (byte) type;
                var counted = ipv6.deliver(extended).counted();
                assertThat(counted).containsKey(type == 44 ? WeirReason.FRAGMENT : WeirReason.IP_OPTIONS);
                assertThat(counted).doesNotContainKey(WeirReason.COUNT_COPIES);
            }
            assertThat(ipv6.deliver(frame).copies()).hasSize(LANES);
        }
    }

    @Test
    void reservedBitsAreForUserSpaceToPunish() throws Exception {
        for (int bits : new int[] {0x08, 0x10, 0x18}) {
            byte[] packet = plane.packet(plane.publisherKeys, 0x43 | bits, plane.nextNumber++, Media.datagram(OBJECT));
            assertThat(refused(plane.frame(packet)).counted()).containsKey(WeirReason.RESERVED_BITS);
        }
        byte[] spinning = plane.packet(plane.publisherKeys, 0x63, plane.nextNumber++, Media.datagram(OBJECT));
        assertThat(plane.deliver(plane.frame(spinning)).copies()).extracting(Copy::firstByte).containsOnly(0x43);
    }

    @Test
    void tooManyFramesGoToUserSpace() throws Exception {
        byte[] small = Media.datagram(Media.object(ALIAS, 1, 0, 10, new byte[4]));
        byte[] sixteen = repeat(small, 16);
        assertThat(plane.send(sixteen).copies()).hasSize(LANES);
        assertThat(plane.send(sixteen, small).counted()).containsKey(WeirReason.TOO_MANY_FRAMES).doesNotContainKey(WeirReason.COUNT_COPIES);
        assertThat(plane.send(repeat(Media.PING, 250), small).copies()).hasSize(LANES);
        assertThat(plane.send(repeat(Media.PING, 256), small).counted()).containsKey(WeirReason.TOO_MANY_FRAMES);
        assertThat(plane.send(new byte[1400], small).copies()).as("padding is no frame to speak of").hasSize(LANES);
    }

    private static byte[] repeat(byte[] part, int times) {
        var parts = new byte[times][];
        Arrays.fill(parts, part);
        return Bytes.concat(parts);
    }

    @Test
    void withoutRoomForTheRecordThereIsNoCopy() throws Exception {
        var file = BpfObjectFile.ofResource("/bpf/weir_ingress.bpf.o").resize("events", 4096);
        try (var small = new DataPlane(capture, false, file.load())) {
            arm(small);
            // deliver() drains after each packet; a reader that does not is a full ring.
            try (var stalled = small.stallReader()) {
                assertThat(stalled).isNotNull();
                Outcome last = small.send(Media.datagram(OBJECT));
                for (int i = 0; i < 5 && !last.counted().containsKey(WeirReason.RING_FULL); i++) {
                    last = small.send(Media.datagram(OBJECT));
                }
                assertThat(last.counted()).containsKey(WeirReason.RING_FULL).doesNotContainKey(WeirReason.COUNT_COPIES);
                long drawn = small.drawn(0);
                long inFlight = small.inFlight(0);
                assertThat(small.send(Media.stream(2, 0, OPENING, false)).copies()).isEmpty();
                assertThat(small.drawn(0)).isEqualTo(drawn);
                assertThat(small.inFlight(0)).isEqualTo(inFlight);
                assertThat(small.charged(0)).isZero();
            }
            assertThat(small.records()).hasSizeGreaterThan(2);
            assertThat(small.send(Media.datagram(OBJECT)).copies()).hasSize(LANES);
        }
    }
}
