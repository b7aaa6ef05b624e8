// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine.dataplane;

import dev.weir.abi.WeirLimit;
import dev.weir.kernel.Route;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;

/// The header that every copy for one lane begins with: Ethernet, IP, UDP, first byte and connection ID of the short
/// header. Lengths and checksums are zero; the kernel fills them in from the partial sums.
///
/// @param bytes as long as struct lane's `header`, right-aligned
/// @param length used bytes
/// @param ipChecksum one's complement sum of the IPv4 header's 16-bit words as in memory, 0 for IPv6
/// @param pseudoChecksum the same of the UDP pseudo header without its length
/// @param ipv6 which IP version
record LaneHeader(byte[] bytes, int length, int ipChecksum, int pseudoChecksum, boolean ipv6) {
    private static final int ETHERNET = 14;
    private static final int IPV4 = 20;
    private static final int IPV6 = 40;
    private static final int UDP = 8;
    private static final byte UDP_PROTOCOL = 17;
    private static final int HOP_LIMIT = 64;
    private static final int DONT_FRAGMENT = 0x4000;
    /// Short header, fixed bit, four-byte packet number (RFC 9000 section 17.3.1).
    private static final byte FIRST_BYTE = 0x43;

    /// Bytes of IP and UDP header.
    static int overhead(boolean ipv6) {
        return (ipv6 ? IPV6 : IPV4) + UDP;
    }

    static LaneHeader of(Route route, int sourcePort, InetSocketAddress peer, byte[] connectionId) {
        InetAddress destination = peer.getAddress();
        boolean ipv6 = destination instanceof Inet6Address;
        int length = ETHERNET + overhead(ipv6) + 1 + connectionId.length;
        byte[] bytes = new byte[WeirLimit.HEADER];
        ByteBuffer out = ByteBuffer.wrap(bytes, bytes.length - length, length);
        out.put(route.destinationMac()).put(route.sourceMac()).putShort((short) (ipv6 ? 0x86dd : 0x0800));
        int ip = out.position();
        if (ipv6) {
            out.putInt(0x60000000).putShort((short) 0).put(UDP_PROTOCOL).put((byte) HOP_LIMIT);
        } else {
            out.putShort((short) 0x4500).putShort((short) 0).putShort((short) 0).putShort((short) DONT_FRAGMENT);
            out.put((byte) HOP_LIMIT).put(UDP_PROTOCOL).putShort((short) 0);
        }
        int addresses = out.position();
        out.put(route.source().getAddress()).put(destination.getAddress());
        int udp = out.position();
        out.putShort((short) sourcePort).putShort((short) peer.getPort()).putInt(0);
        out.put(FIRST_BYTE).put(connectionId);
        int pseudo = fold(sum(bytes, addresses, udp) + (UDP_PROTOCOL << 8));
        return new LaneHeader(bytes, length, ipv6 ? 0 : fold(sum(bytes, ip, udp)), pseudo, ipv6);
    }

    /// Sum of the 16-bit words as a little-endian machine reads them.
    private static int sum(byte[] bytes, int from, int to) {
        int sum = 0;
        for (int i = from; i < to; i += 2) {
            sum += bytes[i] & 0xff | (bytes[i + 1] & 0xff) << 8;
        }
        return sum;
    }

    private static int fold(int sum) {
        int folded = (sum & 0xffff) + (sum >>> 16);
        return (folded & 0xffff) + (folded >>> 16);
    }
}
