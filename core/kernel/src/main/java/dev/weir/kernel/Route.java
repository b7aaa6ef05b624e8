// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.net.InetAddress;
import java.util.HexFormat;

/// How a packet gets to its destination.
///
/// @param ifindex the interface it leaves by; the loopback interface for an address of this machine
/// @param sourceMac six bytes, the interface's; zeros for the loopback interface
/// @param destinationMac six bytes, the next hop's; zeros for the loopback interface
/// @param source the address it comes from
/// @param mtu bytes of the largest IP packet
public record Route(int ifindex, byte[] sourceMac, byte[] destinationMac, InetAddress source, int mtu) {
    private static final HexFormat MAC = HexFormat.ofDelimiter(":");

    @Override
    public String toString() {
        return "interface " + ifindex + ", " + MAC.formatHex(sourceMac) + " to " + MAC.formatHex(destinationMac) + ", from "
                + source.getHostAddress() + ", MTU " + mtu;
    }
}
