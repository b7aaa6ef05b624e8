// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.awaitility.Awaitility.await;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReferenceArray;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;
import tech.kwik.core.stream.StreamManager;

/// Key updates of a [KwikPeer]. Kwik's own client changes keys in the middle of the packet that its sender builds, and loses what a
/// packet of the new phase has overtaken; here neither happens, so that what is lost was lost by the relay.
final class PeerControls {
    private final QuicConnectionImpl connection;
    private final Aead own;
    private final ReadKeys read;

    PeerControls(KwikPeer peer) throws ReflectiveOperationException {
        connection = (QuicConnectionImpl) peer.connection;
        var secrets = (ConnectionSecrets)
                field(QuicConnectionImpl.class, "connectionSecrets").get(connection);
        int app = EncryptionLevel.App.ordinal();
        own = KwikInternals.readSecrets(secrets).get(app); // the client's and the server's, as the relay sees them
        AtomicReferenceArray<Aead> servers = KwikInternals.writeSecrets(secrets);
        read = new ReadKeys((KeyUpdateSupport) servers.get(app), () -> System.nanoTime() + 2_000_000_000L);
        read.setPeerAead(own);
        own.setPeerAead(read);
        servers.set(app, read);
    }

    /// Updates keys between two packets, and waits until the relay's have followed (RFC 9001 section 6.2).
    void updateKeys() {
        int before = own.getKeyUpdateCounter();
        connection.send(
                length -> {
                    if (own.getKeyUpdateCounter() == before) {
                        own.computeKeyUpdate(true);
                    }
                    return new PingFrame();
                },
                1,
                EncryptionLevel.App,
                lost -> {},
                true);
        await().pollInterval(Duration.ofMillis(1)).until(() -> read.getKeyUpdateCounter() == before + 1);
    }

    /// Takes more streams of the relay's than were promised in the handshake, and says so.
    static void allowUnidirectionalStreams(KwikPeer peer, int count) throws ReflectiveOperationException {
        Object streams = field(QuicClientConnectionImpl.class, "streamManager").get(peer.connection);
        field(StreamManager.class, "currentUnidirectionalStreamIdLimit").set(streams, 4 * count + 3);
        peer.sendFrame(RawFrame.maxUnidirectionalStreams(count));
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
