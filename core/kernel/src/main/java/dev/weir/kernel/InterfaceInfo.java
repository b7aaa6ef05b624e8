// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A network interface, as it was when asked for, in the network namespace of the asking thread.
///
/// @param index its number, from 1, unique in the namespace
/// @param name as `ip link` shows it
/// @param mac six bytes; zeros for the loopback interface and for those without an Ethernet address
/// @param kind what it is
/// @param isUp whether it is switched on
/// @param mtu bytes of the largest IP packet
public record InterfaceInfo(int index, String name, byte[] mac, Kind kind, boolean isUp, int mtu) {
    private static final int INFO_BYTES = 16; // struct ifinfomsg
    private static final int IFLA_ADDRESS = 1;
    private static final int IFLA_IFNAME = 3;
    private static final int IFLA_MTU = 4;
    private static final int IFLA_LINKINFO = 18;
    private static final int IFLA_INFO_KIND = 1;
    private static final int IFF_UP = 1;
    private static final int IFF_LOOPBACK = 8;
    private static final int MAC_BYTES = 6;

    /// What an interface is.
    public enum Kind {
        /// One end of a virtual Ethernet cable, the other being in this or another namespace.
        VETH,
        /// The loopback interface.
        LOOPBACK,
        /// Anything else.
        OTHER
    }

    /// @return all interfaces, those without an address too
    /// @throws KernelException if the kernel cannot be asked
    public static List<InterfaceInfo> all() {
        try (RouteSocket socket = RouteSocket.open()) {
            RouteSocket.Answer answer = socket.list(RouteSocket.GET_LINK, request(0));
            if (answer.errno() != 0) {
                throw KernelException.of(answer.errno(), "Cannot list the network interfaces", "try again");
            }
            return answer.bodies().stream().map(InterfaceInfo::read).toList();
        }
    }

    /// @param ifindex number of an interface
    /// @return the interface; empty if there is none of that number
    /// @throws KernelException if the kernel cannot be asked
    public static Optional<InterfaceInfo> of(int ifindex) {
        try (RouteSocket socket = RouteSocket.open()) {
            return Optional.ofNullable(ask(socket, ifindex));
        }
    }

    static @Nullable InterfaceInfo ask(RouteSocket socket, int ifindex) {
        RouteSocket.Answer answer = socket.ask(RouteSocket.GET_LINK, request(ifindex));
        if (answer.errno() == Errno.ENODEV || answer.errno() == Errno.EINVAL) {
            return null;
        }
        if (answer.errno() != 0) {
            throw KernelException.of(answer.errno(), "Cannot ask the kernel for interface " + ifindex, "try again");
        }
        return read(answer.bodies().getFirst());
    }

    private static ByteBuffer request(int ifindex) {
        return ByteBuffer.allocate(INFO_BYTES).order(ByteOrder.nativeOrder()).putInt(4, ifindex);
    }

    private static InterfaceInfo read(ByteBuffer body) {
        RouteAttributes attributes = RouteAttributes.of(body, INFO_BYTES);
        int flags = body.getInt(8);
        byte[] mac = attributes.bytes(IFLA_ADDRESS);
        Kind kind = (flags & IFF_LOOPBACK) != 0
                ? Kind.LOOPBACK
                : attributes.nested(IFLA_LINKINFO).text(IFLA_INFO_KIND).equals("veth") ? Kind.VETH : Kind.OTHER;
        return new InterfaceInfo(
                body.getInt(4),
                attributes.text(IFLA_IFNAME),
                mac != null && mac.length == MAC_BYTES ? mac : new byte[MAC_BYTES],
                kind,
                (flags & IFF_UP) != 0,
                attributes.number(IFLA_MTU, 0));
    }

    @Override
    public String toString() {
        return name + " (interface " + index + ", " + kind + (isUp ? ", up" : ", down") + ", MTU " + mtu + ")";
    }
}
