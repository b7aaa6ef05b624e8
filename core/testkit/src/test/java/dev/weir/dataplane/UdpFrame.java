// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// A UDP datagram in IPv4 or IPv6 in Ethernet.
///
/// @param source address, 4 or 16 bytes
/// @param destination address of the same family
record UdpFrame(byte[] source, byte[] destination, int sourcePort, int destinationPort, byte[] payload) {
    static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int UDP = 8;
    private static final byte[] SOURCE_MAC = {2, 0, 0, 0, 0, 1};

    boolean isIpv6() {
        return source.length == 16;
    }

    /// Bytes before the UDP payload.
    static int overhead(boolean ipv6) {
        return ETHERNET + (ipv6 ? IPV6 : IPV4) + UDP;
    }

    /// The frame, sent to the MAC address 0 (that of the loopback device, from which test runs arrive); with a UDP checksum only
    /// where there must be one, in IPv6.
    byte[] encode() {
        byte[] frame = encode(0);
        return isIpv6() ? encode(checksum(frame)) : frame;
    }

    /// The same with a UDP checksum in IPv4 as well.
    byte[] encodeWithChecksum() {
        return encode(checksum(encode(0)));
    }

    private int checksum(byte[] frame) {
        int sum = ~pseudoSum(source, destination, frame, overhead(isIpv6()) - UDP) & 0xffff;
        return sum == 0 ? 0xffff : sum;
    }

    private byte[] encode(int checksum) {
        int length = UDP + payload.length;
        var out = ByteBuffer.allocate(overhead(isIpv6()) + payload.length);
        out.put(new byte[6]).put(SOURCE_MAC).put(ip(length)).putShort((short) sourcePort).putShort((short) destinationPort);
        return out.putShort((short) length).putShort((short) checksum).put(payload).array();
    }

    private byte[] ip(int length) {
        if (isIpv6()) {
            return ByteBuffer.allocate(2 + IPV6).putShort((short) 0x86dd).putInt(0x60000000).putShort((short) length)
                    .put((byte) 17).put((byte) 64).put(source).put(destination).array();
        }
        var header = ByteBuffer.allocate(IPV4).putShort((short) 0x4500).putShort((short) (IPV4 + length)).putShort((short) 0)
                .putShort((short) 0x4000).put((byte) 64).put((byte) 17).putShort((short) 0).put(source).put(destination);
        header.putShort(10, (short) ~sum(header.array()));
        return ByteBuffer.allocate(2 + IPV4).putShort((short) 0x0800).put(header.array()).array();
    }

    /// Makes the checksum of an IPv4 header right, options included.
    static void fixIpv4Checksum(byte[] frame) {
        frame[24] = frame[25] = 0;
        int sum = ~sum(Arrays.copyOfRange(frame, ETHERNET, ETHERNET + 4 * (frame[ETHERNET] & 15)));
        frame[24] = (byte) (sum >> 8);
        frame[25] = (byte) sum;
    }

    /// Reads a frame that the data plane made; every length and checksum in it must be right.
    static UdpFrame decode(byte[] frame) {
        var in = ByteBuffer.wrap(frame);
        boolean ipv6 = in.getShort(12) == (short) 0x86dd;
        int addresses = ipv6 ? 16 : 4;
        int udp = overhead(ipv6) - UDP;
        byte[] source = Arrays.copyOfRange(frame, udp - 2 * addresses, udp - addresses);
        byte[] destination = Arrays.copyOfRange(frame, udp - addresses, udp);
        int length = Short.toUnsignedInt(in.getShort(udp + 4));
        assertThat(udp + length).as("UDP length").isEqualTo(frame.length);
        if (ipv6) {
            assertThat(Short.toUnsignedInt(in.getShort(ETHERNET + 4))).as("IPv6 length").isEqualTo(length);
            assertThat(pseudoSum(source, destination, frame, udp)).as("UDP checksum").isEqualTo(0xffff);
        } else {
            assertThat(Short.toUnsignedInt(in.getShort(ETHERNET + 2))).as("IPv4 length").isEqualTo(IPV4 + length);
            assertThat(sum(Arrays.copyOfRange(frame, ETHERNET, udp))).as("IPv4 header checksum").isEqualTo(0xffff);
            assertThat(in.getShort(udp + 6)).as("UDP checksum").isZero();
        }
        return new UdpFrame(source, destination, Short.toUnsignedInt(in.getShort(udp)),
                Short.toUnsignedInt(in.getShort(udp + 2)), Arrays.copyOfRange(frame, udp + UDP, frame.length));
    }

    private static int pseudoSum(byte[] source, byte[] destination, byte[] frame, int udp) {
        var all = ByteBuffer.allocate(40 + frame.length - udp);
        all.put(source).put(destination).putInt(frame.length - udp).putInt(17).put(frame, udp, frame.length - udp);
        return sum(all.array());
    }

    /// One's complement sum of the 16-bit words in network order (RFC 1071).
    static int sum(byte[] bytes) {
        int sum = 0;
        for (int i = 0; i < bytes.length; i++) {
            sum += (bytes[i] & 0xff) << (i % 2 == 0 ? 8 : 0);
        }
        while (sum >>> 16 != 0) {
            sum = (sum & 0xffff) + (sum >>> 16);
        }
        return sum;
    }
}
