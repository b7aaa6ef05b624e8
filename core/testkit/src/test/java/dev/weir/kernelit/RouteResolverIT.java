// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernelit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.kernel.InterfaceInfo;
import dev.weir.kernel.InterfaceInfo.Kind;
import dev.weir.kernel.Route;
import dev.weir.kernel.RouteResolver;
import dev.weir.testkit.NetworkNamespace;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.VethEnd;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Two namespaces and a cable, in a host that forwards nothing.
@RequiresRoot
class RouteResolverIT {
    private static final int DISCARD_PORT = 9;

    private final RouteResolver resolver = new RouteResolver();
    private NetworkNamespace near;
    private NetworkNamespace far;

    @BeforeEach
    void connect() {
        near = NetworkNamespace.create("wt2-route");
        far = NetworkNamespace.create("wt2-route");
        near.connect(
                VethEnd.of("v0", "10.78.2.1/24", "fd78:2::1/64"), far, VethEnd.of("v1", "10.78.2.2/24", "fd78:2::2/64"));
    }

    @AfterEach
    void close() {
        far.close();
        near.close();
    }

    @Test
    void interfacesAreThoseOfTheThreadsNamespace() throws Exception {
        near.ip("link", "set", "v0", "mtu", "1400");

        assertThat(near.call(InterfaceInfo::all)).extracting(InterfaceInfo::name).containsExactlyInAnyOrder("lo", "v0");
        InterfaceInfo device = device(near, "v0");
        assertThat(device.kind()).isEqualTo(Kind.VETH);
        assertThat(device.isUp()).isTrue();
        assertThat(device.mtu()).isEqualTo(1400);
        assertThat(near.ip("link", "show", "v0")).contains(HexFormat.ofDelimiter(":").formatHex(device.mac()));
        assertThat(near.call(() -> InterfaceInfo.of(device.index())).orElseThrow().name()).isEqualTo("v0");

        near.ip("link", "set", "v0", "down");
        assertThat(device(near, "v0").isUp()).isFalse();
    }

    @Test
    void aNeighbourIsReachedDirectlyOverBothAddressFamilies() throws Exception {
        near.ip("link", "set", "v0", "mtu", "1400");
        for (String pair : new String[] {"10.78.2.2 10.78.2.1", "fd78:2::2 fd78:2::1"}) {
            String[] addresses = pair.split(" ");
            Route route = learn(addresses[0]);

            assertThat(route.ifindex()).isEqualTo(device(near, "v0").index());
            assertThat(route.sourceMac()).isEqualTo(device(near, "v0").mac());
            assertThat(route.destinationMac()).isEqualTo(device(far, "v1").mac());
            assertThat(route.source()).isEqualTo(InetAddress.getByName(addresses[1]));
            assertThat(route.mtu()).isEqualTo(1400);
        }
    }

    @Test
    void aNeighbourThatNobodySpokeToHasNoRouteYet() throws Exception {
        assertThat(resolve("10.78.2.77", null)).isEmpty();
    }

    @Test
    void elsewhereIsReachedThroughTheGateway() throws Exception {
        assertThat(resolve("192.0.2.1", null)).isEmpty();
        near.ip("route", "add", "default", "via", "10.78.2.2", "mtu", "1300");
        learn("10.78.2.2");

        Route route = resolve("192.0.2.1", null).orElseThrow();

        assertThat(route.destinationMac()).isEqualTo(device(far, "v1").mac());
        assertThat(route.mtu()).isEqualTo(1300);
    }

    @Test
    void anOwnAddressIsReachedThroughTheLoopbackInterface() throws Exception {
        int loopback = device(near, "lo").index();
        for (String address : new String[] {"10.78.2.1", "fd78:2::1", "127.0.0.1", "::1"}) {
            Route route = resolve(address, null).orElseThrow();
            assertThat(route.ifindex()).as(address).isEqualTo(loopback);
            assertThat(route.source()).isEqualTo(InetAddress.getByName(address));
            assertThat(route.sourceMac()).containsOnly(0).hasSize(6);
            assertThat(route.destinationMac()).containsOnly(0).hasSize(6);
        }
    }

    @Test
    void theSourceAddressMayBeChosen() throws Exception {
        near.ip("address", "add", "10.78.2.5/24", "dev", "v0");
        learn("10.78.2.2");

        assertThat(resolve("10.78.2.2", "10.78.2.5").orElseThrow().source()).isEqualTo(InetAddress.getByName("10.78.2.5"));
        assertThat(resolve("10.78.2.2", "192.0.2.9")).isEmpty();
    }

    /// Sends a datagram, so that the kernel asks for the neighbour's MAC address, and waits for the answer.
    private Route learn(String address) throws Exception {
        try (DatagramSocket socket = near.call(() -> new DatagramSocket())) {
            var target = new InetSocketAddress(InetAddress.getByName(address), DISCARD_PORT);
            socket.send(new DatagramPacket(new byte[1], 1, target));
        }
        return Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> resolve(address, null), Optional::isPresent)
                .orElseThrow();
    }

    private Optional<Route> resolve(String destination, @Nullable String source) throws Exception {
        InetAddress from = source == null ? null : InetAddress.getByName(source);
        return near.call(() -> resolver.resolve(InetAddress.getByName(destination), from));
    }

    private static InterfaceInfo device(NetworkNamespace namespace, String name) throws Exception {
        return namespace.call(InterfaceInfo::all).stream()
                .filter(device -> device.name().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
