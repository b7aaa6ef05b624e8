// SPDX-License-Identifier: Apache-2.0
package dev.weir.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.kernel.InterfaceInfo.Kind;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// rtnetlink messages, and what every machine answers to an ordinary user.
class RouteSocketTests {
    @Test
    void anErrorEndsTheAnswer() {
        ByteBuffer datagram = datagram();
        header(datagram, 20, 2, 0).putInt(-19).flip();

        assertThat(RouteSocket.read(datagram, new ArrayList<>())).isEqualTo(Errno.ENODEV);
    }

    @Test
    void aListGoesOnUntilItSaysDone() {
        var bodies = new ArrayList<ByteBuffer>();
        ByteBuffer datagram = datagram();
        header(datagram, 17, 16, 2).put((byte) 1).put(new byte[3]);
        header(datagram, 20, 16, 2).putInt(2).flip();

        assertThat(RouteSocket.read(datagram, bodies)).isNegative();
        assertThat(bodies).extracting(ByteBuffer::limit).containsExactly(1, 4);

        ByteBuffer last = datagram();
        header(last, 20, 3, 2).putInt(0).flip();
        assertThat(RouteSocket.read(last, bodies)).isZero();
    }

    @Test
    void attributesThatDoNotFitAreIgnored() {
        ByteBuffer body = datagram();
        RouteAttributes.put(body, 3, "lo".getBytes());
        body.putShort((short) 100).putShort((short) 4).flip();

        RouteAttributes attributes = RouteAttributes.of(body, 0);

        assertThat(attributes.text(3)).isEqualTo("lo");
        assertThat(attributes.number(4, -1)).isEqualTo(-1);
    }

    @Test
    void theLoopbackInterfaceIsKnownToEverybody() {
        List<InterfaceInfo> all = InterfaceInfo.all();

        InterfaceInfo loopback =
                all.stream().filter(device -> device.kind() == Kind.LOOPBACK).findFirst().orElseThrow();
        assertThat(loopback.name()).isEqualTo("lo");
        assertThat(loopback.mac()).containsOnly(0).hasSize(6);
        assertThat(InterfaceInfo.of(loopback.index()).orElseThrow().mtu()).isEqualTo(loopback.mtu()).isPositive();
        assertThat(InterfaceInfo.of(Integer.MAX_VALUE)).isEmpty();
    }

    @Test
    void theLoopbackAddressIsReachedThroughTheLoopbackInterface() throws Exception {
        InetAddress loopback = InetAddress.getByName("127.0.0.1");

        Route route = new RouteResolver().resolve(loopback, null).orElseThrow();

        assertThat(InterfaceInfo.of(route.ifindex()).orElseThrow().kind()).isEqualTo(Kind.LOOPBACK);
        assertThat(route.source()).isEqualTo(loopback);
        assertThat(route.destinationMac()).containsOnly(0).hasSize(6);
    }

    private static ByteBuffer datagram() {
        return ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    }

    private static ByteBuffer header(ByteBuffer datagram, int length, int type, int flags) {
        return datagram.putInt(length).putShort((short) type).putShort((short) flags).putInt(0).putInt(0);
    }
}
