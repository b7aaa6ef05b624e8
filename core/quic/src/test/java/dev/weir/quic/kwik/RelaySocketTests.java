// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.engine.RelayException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class RelaySocketTests {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    @Test
    void staysOpenWhenASenderIsInterrupted() throws Exception {
        try (DatagramSocket socket = RelaySocket.bind(ANY)) {
            Thread sender = Thread.ofPlatform().start(() -> {
                Thread.currentThread().interrupt();
                try {
                    socket.send(new DatagramPacket(new byte[1], 1, socket.getLocalSocketAddress()));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            sender.join();

            assertThat(socket.isClosed()).isFalse();
            socket.setSoTimeout(5000);
            socket.receive(new DatagramPacket(new byte[1], 1));
        }
    }

    @Test
    void saysThatItsAddressIsTaken() {
        try (DatagramSocket taken = RelaySocket.bind(ANY)) {
            assertThatThrownBy(() -> RelaySocket.bind((InetSocketAddress) taken.getLocalSocketAddress()))
                    .isInstanceOf(RelayException.class).hasMessageContaining("cannot listen on UDP 127.0.0.1")
                    .hasMessageContaining("--listen");
        }
    }
}
