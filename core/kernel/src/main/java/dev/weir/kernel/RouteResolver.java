// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Finds out how packets leave this machine: what the kernel itself would do with a packet of a local socket, by rtnetlink(7)
/// in the calling thread's network namespace. BPF_FIB_LOOKUP is no substitute: it answers only where forwarding is enabled.
///
/// Sends nothing: an address on the link whose MAC address the kernel does not know yet has no route here until somebody has
/// sent a packet to it, or received one. For any number of threads; needs no privileges.
public final class RouteResolver {
    private static final int ROUTE_BYTES = 12; // struct rtmsg
    private static final int ROUTE_TYPE = 7;
    private static final int RTN_UNICAST = 1;
    private static final int RTN_LOCAL = 2;
    private static final int RTA_DST = 1;
    private static final int RTA_SRC = 2;
    private static final int RTA_OIF = 4;
    private static final int RTA_GATEWAY = 5;
    private static final int RTA_PREFSRC = 7;
    private static final int RTA_METRICS = 8;
    private static final int RTA_VIA = 18;
    private static final int RTAX_MTU = 2;

    private static final int NEIGHBOUR_BYTES = 12; // struct ndmsg
    private static final int NEIGHBOUR_STATE = 8;
    private static final int NDA_DST = 1;
    private static final int NDA_LLADDR = 2;
    /// NUD_REACHABLE, STALE, DELAY, PROBE, NOARP, PERMANENT: the MAC address is known.
    private static final int NUD_VALID = 0x02 | 0x04 | 0x08 | 0x10 | 0x40 | 0x80;

    private static final int AF_INET = 2;
    private static final int AF_INET6 = 10;
    private static final int MAC_BYTES = 6;
    private static final int REQUEST_BYTES = 128;
    private static final Set<Integer> UNREACHABLE = Set.of(
            Errno.ENETUNREACH, Errno.EHOSTUNREACH, Errno.ENETDOWN, Errno.EACCES, Errno.EINVAL, Errno.ENODEV);

    /// Finds the way to an address.
    ///
    /// @param destination a unicast address
    /// @param source the address that packets come from; null lets the kernel choose
    /// @return the route; empty if there is none, if `source` is no address of this machine, if the next hop's MAC address is
    ///     not known (yet), or if the interface has none
    /// @throws KernelException if the kernel cannot be asked
    public Optional<Route> resolve(InetAddress destination, @Nullable InetAddress source) {
        try (RouteSocket socket = RouteSocket.open()) {
            RouteSocket.Answer answer = socket.ask(RouteSocket.GET_ROUTE, routeRequest(destination, source));
            if (UNREACHABLE.contains(answer.errno())) {
                return Optional.empty();
            }
            if (answer.errno() != 0) {
                throw KernelException.of(answer.errno(), "Cannot find the route to " + destination, "try again");
            }
            return Optional.ofNullable(read(socket, answer.bodies().getFirst(), destination, source));
        }
    }

    private static ByteBuffer routeRequest(InetAddress destination, @Nullable InetAddress source) {
        ByteBuffer message = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder());
        byte[] address = destination.getAddress();
        message.put(0, (byte) family(destination)).put(1, (byte) (Byte.SIZE * address.length));
        message.put(2, (byte) (source == null ? 0 : Byte.SIZE * address.length));
        message.position(ROUTE_BYTES);
        RouteAttributes.put(message, RTA_DST, address);
        if (source != null) {
            RouteAttributes.put(message, RTA_SRC, source.getAddress());
        }
        if (destination instanceof Inet6Address v6 && v6.getScopeId() != 0) {
            RouteAttributes.put(message, RTA_OIF, nativeInt(v6.getScopeId()));
        }
        return message.flip();
    }

    private static @Nullable Route read(
            RouteSocket socket, ByteBuffer body, InetAddress destination, @Nullable InetAddress source) {
        RouteAttributes attributes = RouteAttributes.of(body, ROUTE_BYTES);
        int type = body.get(ROUTE_TYPE);
        InterfaceInfo device = InterfaceInfo.ask(socket, attributes.number(RTA_OIF, 0));
        InetAddress from = source != null ? source : attributes.address(RTA_PREFSRC);
        if (device == null || from == null || (type != RTN_UNICAST && type != RTN_LOCAL)) {
            return null;
        }
        int routeMtu = attributes.nested(RTA_METRICS).number(RTAX_MTU, 0);
        int mtu = routeMtu > 0 ? Math.min(routeMtu, device.mtu()) : device.mtu();
        if (device.kind() == InterfaceInfo.Kind.LOOPBACK) {
            return new Route(device.index(), new byte[MAC_BYTES], new byte[MAC_BYTES], from, mtu);
        }
        byte[] mac = neighbour(socket, device.index(), nextHop(attributes, destination));
        return mac == null ? null : new Route(device.index(), device.mac(), mac, from, mtu);
    }

    private static InetAddress nextHop(RouteAttributes attributes, InetAddress destination) {
        InetAddress gateway = attributes.address(RTA_GATEWAY);
        if (gateway != null) {
            return gateway;
        }
        byte[] via = attributes.bytes(RTA_VIA); // 16 bits family, then an address of a family other than the route's
        InetAddress other = via == null ? null : RouteAttributes.addressOf(Arrays.copyOfRange(via, Short.BYTES, via.length));
        return other != null ? other : destination;
    }

    private static byte @Nullable [] neighbour(RouteSocket socket, int ifindex, InetAddress nextHop) {
        ByteBuffer message = ByteBuffer.allocate(REQUEST_BYTES).order(ByteOrder.nativeOrder());
        message.put(0, (byte) family(nextHop)).putInt(4, ifindex).position(NEIGHBOUR_BYTES);
        RouteAttributes.put(message, NDA_DST, nextHop.getAddress());
        RouteSocket.Answer answer = socket.ask(RouteSocket.GET_NEIGHBOUR, message.flip());
        if (answer.errno() != 0 || answer.bodies().isEmpty()) {
            return null;
        }
        ByteBuffer body = answer.bodies().getFirst();
        byte[] mac = RouteAttributes.of(body, NEIGHBOUR_BYTES).bytes(NDA_LLADDR);
        boolean isKnown = (body.getShort(NEIGHBOUR_STATE) & NUD_VALID) != 0;
        return isKnown && mac != null && mac.length == MAC_BYTES ? mac : null;
    }

    private static int family(InetAddress address) {
        return address instanceof Inet6Address ? AF_INET6 : AF_INET;
    }

    private static byte[] nativeInt(int value) {
        return ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(value).array();
    }
}
