// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit;

import java.util.ArrayList;
import java.util.List;

/// A relay with one link to a publisher and one to each of several subscriber hosts, each in a network namespace of its own.
///
/// ```
///  publisher ── 10.77.0.0/24, fd77:0::/64 ── relay ── 10.77.1.0/24, fd77:1::/64 ── subscriber 0
///                                                  └─ 10.77.2.0/24, fd77:2::/64 ── subscriber 1 …
/// ```
/// The relay has `.1` (`::1`) on every link, the host has `.2` (`::2`). Every host routes everything else to the relay.
public final class Topology implements AutoCloseable {
    /// Name of the interface in the publisher's and in the subscribers' namespaces.
    public static final String HOST_INTERFACE = "eth0";

    private final NetworkNamespace relay;
    private final List<Host> hosts;

    private Topology(NetworkNamespace relay, List<Host> hosts) {
        this.relay = relay;
        this.hosts = List.copyOf(hosts);
    }

    /// Makes the namespaces and links.
    ///
    /// @param prefix start of the namespaces' names
    /// @param subscriberHosts number of subscriber namespaces, 1 to 200
    /// @return the topology, ready for sockets
    /// @throws TestkitException if the process is not privileged or iproute2 is missing; nothing is left behind then
    public static Topology create(String prefix, int subscriberHosts) {
        if (subscriberHosts < 1 || subscriberHosts > 200) {
            throw new IllegalArgumentException("A topology has 1 to 200 subscriber hosts, not " + subscriberHosts + ".");
        }
        var relay = NetworkNamespace.create(prefix);
        var hosts = new ArrayList<Host>();
        try {
            for (int link = 0; link <= subscriberHosts; link++) {
                hosts.add(Host.attach(prefix, relay, link));
            }
            return new Topology(relay, hosts);
        } catch (RuntimeException e) {
            new Topology(relay, hosts).close();
            throw e;
        }
    }

    /// @return the relay's namespace
    public NetworkNamespace relay() {
        return relay;
    }

    /// @return the publisher's host
    public Host publisher() {
        return hosts.getFirst();
    }

    /// @return the subscribers' hosts
    public List<Host> subscribers() {
        return hosts.subList(1, hosts.size());
    }

    /// Switches checksum offload of sending off or on, at both ends of every link. Off, every packet carries its real
    /// checksum from the start, as packets from a real network card's peer do; veth's default is on.
    ///
    /// @param on whether the kernel may leave checksums to the device
    /// @throws TestkitException if ethtool is missing or refuses
    public void transmitChecksumOffload(boolean on) {
        for (Host host : hosts) {
            setOffload(host.namespace(), HOST_INTERFACE, on);
            setOffload(relay, host.relayInterface(), on);
        }
    }

    private static void setOffload(NetworkNamespace namespace, String interfaceName, boolean on) {
        namespace.exec("ethtool", "-K", interfaceName, "tx", on ? "on" : "off").orThrow();
    }

    /// Deletes every namespace of the topology.
    @Override
    public void close() {
        hosts.forEach(host -> host.namespace().close());
        relay.close();
    }
}
