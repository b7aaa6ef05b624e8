// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.net.InetAddress;
import java.net.UnknownHostException;

/// A publisher's or subscriber's side of a [Topology].
///
/// @param namespace the namespace the host is in; its interface is [Topology#HOST_INTERFACE]
/// @param relayInterface the interface of the relay's namespace at the other end of the link
/// @param ipv4 the host's IPv4 address
/// @param ipv6 the host's IPv6 address
/// @param relayIpv4 the relay's IPv4 address on this link
/// @param relayIpv6 the relay's IPv6 address on this link
public record Host(
        NetworkNamespace namespace,
        String relayInterface,
        InetAddress ipv4,
        InetAddress ipv6,
        InetAddress relayIpv4,
        InetAddress relayIpv6) {

    static Host attach(String prefix, NetworkNamespace relay, int link) {
        String subnet4 = "10.77." + link + ".";
        String subnet6 = "fd77:" + Integer.toHexString(link) + "::";
        var namespace = NetworkNamespace.create(prefix);
        try {
            String relayInterface = "veth" + link;
            relay.connect(
                    VethEnd.of(relayInterface, subnet4 + "1/24", subnet6 + "1/64"),
                    namespace,
                    VethEnd.of(Topology.HOST_INTERFACE, subnet4 + "2/24", subnet6 + "2/64"));
            namespace.ip("route", "add", "default", "via", subnet4 + "1");
            namespace.ip("-6", "route", "add", "default", "via", subnet6 + "1");
            return new Host(namespace, relayInterface, address(subnet4 + "2"), address(subnet6 + "2"),
                    address(subnet4 + "1"), address(subnet6 + "1"));
        } catch (RuntimeException e) {
            namespace.close();
            throw e;
        }
    }

    private static InetAddress address(String literal) {
        try {
            return InetAddress.getByName(literal);
        } catch (UnknownHostException e) {
            throw new AssertionError("An address literal needs no name service.", e);
        }
    }
}
