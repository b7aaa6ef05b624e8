// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static dev.weir.abi.WeirReason.BAD_TAG;
import static dev.weir.abi.WeirReason.CHECKSUM;
import static dev.weir.abi.WeirReason.FOREIGN_SOURCE;
import static dev.weir.abi.WeirReason.FRAGMENT;
import static dev.weir.abi.WeirReason.GSO;
import static dev.weir.abi.WeirReason.IP_OPTIONS;
import static dev.weir.abi.WeirReason.KEY_PHASE;
import static dev.weir.abi.WeirReason.LENGTH;

import dev.weir.abi.WeirReason;
import dev.weir.kernel.ProgTestRun.TestContext;
import dev.weir.wire.quic.PacketProtection;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// Packets that are not the publisher's, or no longer are, or that the kernel does not take apart. Each is made of one of some
/// thousand genuine ones.
final class Forgeries {
    /// One way to forge.
    ///
    /// @param reasons one of these is counted for each packet; none: the packet cannot be told to be for the relay
    record Forgery(String name, Set<WeirReason> reasons, TestContext context, Supplier<byte[]> frames) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final int GENUINE = 2000;
    /// As much of a packet as nobody can read before the header is opened.
    private static final int HEADER = 1 + DataPlane.OWN_CONNECTION_ID.length;
    private static final int NUMBER = 4;
    private static final int TAG = 16;
    private static final TestContext SUPER_PACKET = new TestContext(0, 0, 0, 60, 3);

    private final Random random;
    private final DataPlane plane;
    private final boolean ipv6;
    private final byte[][] packets = new byte[GENUINE][];
    private final int udp;

    /// @param object what genuine packets carry besides filling
    Forgeries(long seed, DataPlane plane, boolean ipv6, byte[] object) {
        this.random = new Random(seed);
        this.plane = plane;
        this.ipv6 = ipv6;
        this.udp = UdpFrame.overhead(ipv6) - 8;
        for (int i = 0; i < packets.length; i++) {
            packets[i] = plane.packet(i, NUMBER, Media.datagram(object), new byte[random.nextInt(30) == 0 ? 1300 : random.nextInt(300)]);
        }
    }

    List<Forgery> ofIpv4() {
        return List.of(
                of("random bytes behind the connection ID", this::randomBytes, BAD_TAG, KEY_PHASE),
                of("sealed with other keys", this::otherKeys, BAD_TAG, KEY_PHASE),
                of("first byte tampered with", () -> tampered(0, 1, 6), BAD_TAG, KEY_PHASE),
                of("rest of the connection ID tampered with", () -> tampered(9, HEADER, 8), BAD_TAG),
                of("packet number tampered with", () -> tampered(HEADER, HEADER + NUMBER, 8), BAD_TAG),
                of("ciphertext tampered with", () -> tampered(HEADER + NUMBER, -TAG, 8), BAD_TAG, KEY_PHASE),
                of("tag tampered with", () -> tampered(-TAG, 0, 8), BAD_TAG),
                of("cut short", this::cutShort, BAD_TAG, KEY_PHASE, LENGTH),
                of("from elsewhere", this::fromElsewhere, FOREIGN_SOURCE),
                new Forgery("super-packet", Set.of(GSO), SUPER_PACKET, this::genuine),
                of("first fragment", () -> ipv4(frame -> frame[20] |= 0x20), FRAGMENT),
                of("later fragment", () -> ipv4(frame -> frame[21] = (byte) (1 + random.nextInt(255)))),
                of("IPv4 options", this::ipv4Options, IP_OPTIONS),
                of("IPv4 header too short", () -> ipv4(frame -> frame[14] = (byte) (0x40 | random.nextInt(5))), LENGTH),
                of("jumbo", this::jumbo, LENGTH),
                of("wrong UDP length", () -> changed(udp + 4, 2), LENGTH),
                of("wrong IP length", () -> ipv4(frame -> change(frame, 16, 2)), LENGTH),
                of("wrong IPv4 header checksum", () -> changed(24, 2), CHECKSUM),
                of("wrong UDP checksum", this::wrongChecksum, CHECKSUM),
                of("damaged under a checksum", this::damaged, CHECKSUM),
                of("long header", () -> with(udp + 8, (byte) (0xc0 | random.nextInt(64)))),
                of("another connection's", () -> changed(udp + 9, 8)));
    }

    List<Forgery> ofIpv6() {
        return List.of(
                of("from elsewhere, IPv6", this::fromElsewhere, FOREIGN_SOURCE),
                of("extension headers", this::extensionHeaders, IP_OPTIONS),
                of("fragment, IPv6", this::ipv6Fragment, FRAGMENT),
                of("wrong UDP checksum, IPv6", this::wrongChecksum, CHECKSUM),
                of("damaged under a checksum, IPv6", this::damaged, CHECKSUM),
                of("no UDP checksum, IPv6", () -> with(udp + 6, (byte) 0, (byte) 0), CHECKSUM),
                of("wrong IPv6 length", () -> changed(18, 2), LENGTH));
    }

    private static Forgery of(String name, Supplier<byte[]> frames, WeirReason... reasons) {
        return new Forgery(name, Set.of(reasons), TestContext.LOOPBACK, frames);
    }

    /// The next genuine frame.
    byte[] genuine() {
        return plane.frame(packet());
    }

    private byte[] packet() {
        return packets[random.nextInt(packets.length)];
    }

    List<byte[]> packets() {
        return List.of(packets);
    }

    /// Some bit changed between two bytes of a packet, which count from its end if they are not positive.
    ///
    /// @param bits how many bits of each byte may change, from the lowest on
    private byte[] tampered(int from, int to, int bits) {
        byte[] packet = packet().clone();
        int first = from < 0 ? packet.length + from : from;
        int last = to <= 0 ? packet.length + to : to;
        packet[first + random.nextInt(last - first)] ^= (byte) (1 << random.nextInt(bits));
        return plane.frame(packet);
    }

    private byte[] randomBytes() {
        return plane.frame(Bytes.concat(new byte[] {(byte) (0x40 | random.nextInt(64))}, DataPlane.OWN_CONNECTION_ID,
                Bytes.random(random, 20 + random.nextInt(300))));
    }

    private byte[] otherKeys() {
        return plane.frame(PacketProtection.seal(TestKeys.of("forger"), DataPlane.OWN_CONNECTION_ID, random.nextInt(1 << 20), NUMBER,
                Bytes.random(random, 4 + random.nextInt(60))));
    }

    private byte[] cutShort() {
        byte[] packet = packet();
        return plane.frame(Arrays.copyOf(packet, 9 + random.nextInt(packet.length - 9)));
    }

    private byte[] fromElsewhere() {
        byte[] source = DataPlane.publisherAddress(ipv6);
        boolean otherPort = random.nextInt(4) == 0;
        if (!otherPort) {
            change(source, 0, source.length);
        }
        return new UdpFrame(source, DataPlane.relayAddress(ipv6), otherPort ? 1024 + random.nextInt(4000) : DataPlane.PUBLISHER_PORT,
                DataPlane.LISTEN_PORT, packet()).encode();
    }

    private byte[] ipv4Options() {
        int words = 1 + random.nextInt(10);
        byte[] frame = genuine();
        byte[] options = Bytes.concat(Arrays.copyOf(frame, 34), Bytes.filled(4 * words, 1), Arrays.copyOfRange(frame, 34, frame.length));
        options[14] = (byte) (0x45 + words);
        length(options, 16, options.length - UdpFrame.ETHERNET);
        UdpFrame.fixIpv4Checksum(options);
        return options;
    }

    private byte[] jumbo() {
        return plane.frame(Bytes.concat(packet(), Bytes.random(random, 1600 + random.nextInt(400))));
    }

    private byte[] withChecksum() {
        return new UdpFrame(DataPlane.publisherAddress(ipv6), DataPlane.relayAddress(ipv6), DataPlane.PUBLISHER_PORT, DataPlane.LISTEN_PORT,
                packet()).encodeWithChecksum();
    }

    private byte[] wrongChecksum() {
        byte[] frame = withChecksum();
        byte[] right = Arrays.copyOfRange(frame, udp + 6, udp + 8);
        do {
            length(frame, udp + 6, 1 + random.nextInt(0xffff));
        } while (Arrays.equals(frame, udp + 6, udp + 8, right, 0, 2));
        return frame;
    }

    /// Behind what says whose packet it is.
    private byte[] damaged() {
        byte[] frame = withChecksum();
        frame[udp + 8 + 9 + random.nextInt(frame.length - udp - 8 - 9)] ^= (byte) (1 << random.nextInt(8));
        return frame;
    }

    private byte[] extensionHeaders() {
        byte[] types = {0, 43, 60};
        byte[] frame = genuine();
        int count = 1 + random.nextInt(4);
        byte[] headers = {};
        byte next = 17;
        for (int i = 0; i < count; i++) {
            int units = random.nextInt(3);
            headers = Bytes.concat(new byte[] {next, (byte) units}, new byte[6 + 8 * units], headers);
            next = types[random.nextInt(types.length)];
        }
        return extended(frame, next, headers);
    }

    private byte[] ipv6Fragment() {
        byte[] header = {17, 0, 0, 1, 0, 0, 0, (byte) random.nextInt(256)};
        return extended(genuine(), (byte) 44, header);
    }

    private static byte[] extended(byte[] frame, byte type, byte[] headers) {
        byte[] extended = Bytes.concat(Arrays.copyOf(frame, 54), headers, Arrays.copyOfRange(frame, 54, frame.length));
        extended[20] = type;
        length(extended, 18, extended.length - 54);
        return extended;
    }

    private static void length(byte[] frame, int at, int length) {
        frame[at] = (byte) (length >> 8);
        frame[at + 1] = (byte) length;
    }

    private byte[] ipv4(Consumer<byte[]> change) {
        byte[] frame = genuine();
        change.accept(frame);
        UdpFrame.fixIpv4Checksum(frame);
        return frame;
    }

    private byte[] with(int at, byte... bytes) {
        byte[] frame = genuine();
        System.arraycopy(bytes, 0, frame, at, bytes.length);
        return frame;
    }

    private byte[] changed(int at, int length) {
        byte[] frame = genuine();
        change(frame, at, length);
        return frame;
    }

    private void change(byte[] bytes, int at, int length) {
        bytes[at + random.nextInt(length)] ^= (byte) (1 << random.nextInt(8));
    }
}
