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
import tech.kwik.core.impl.QuicConnectionImpl;

/// Key updates of a [KwikPeer]. Kwik's own client changes keys in the middle of the packet that its sender builds, and loses what a
/// packet of the new phase has overtaken; here neither happens, so that what is lost was lost by the relay.
final class PeerControls {
    private final QuicConnectionImpl connection;
    private final Aead own;
    private final ReadKeys read;

    PeerControls(KwikPeer peer) throws ReflectiveOperationException {
        connection = (QuicConnectionImpl) peer.connection;
        Field field = QuicConnectionImpl.class.getDeclaredField("connectionSecrets");
        field.setAccessible(true);
        var secrets = (ConnectionSecrets) field.get(connection);
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

    /// Key updates so far, of both directions.
    int keyUpdates() {
        return read.getKeyUpdateCounter();
    }
}
