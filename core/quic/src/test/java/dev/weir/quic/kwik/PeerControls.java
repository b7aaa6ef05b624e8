// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.RawFrame;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReferenceArray;
import tech.kwik.core.cid.ConnectionIdInfo;
import tech.kwik.core.cid.ConnectionIdManager;
import tech.kwik.core.cid.ConnectionIdStatus;
import tech.kwik.core.common.EncryptionLevel;
import tech.kwik.core.crypto.Aead;
import tech.kwik.core.crypto.ConnectionSecrets;
import tech.kwik.core.crypto.KeyUpdateSupport;
import tech.kwik.core.frame.PingFrame;
import tech.kwik.core.impl.QuicClientConnectionImpl;
import tech.kwik.core.impl.QuicConnectionImpl;

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

    /// Replaces all connection IDs that the relay may use by a new one, and waits until the relay has retired them
    /// (RFC 9000 section 5.1.2).
    static void replaceOwnConnectionIds(KwikPeer peer) throws ReflectiveOperationException {
        var client = (QuicClientConnectionImpl) peer.connection;
        Map<Integer, ConnectionIdInfo> own = connectionIds(peer).getAllConnectionIds();
        int next = Collections.max(own.keySet()) + 1;
        client.newConnectionIds(1, next);
        await().pollInterval(Duration.ofMillis(1)).until(() -> own.entrySet().stream()
                .noneMatch(id -> id.getKey() < next && id.getValue().getConnectionIdStatus() != ConnectionIdStatus.RETIRED));
    }

    /// Uses the relay's next connection ID and retires the one in use, and waits until there is another one to go on with.
    static void moveToNextConnectionId(KwikPeer peer) throws ReflectiveOperationException, InterruptedException {
        var client = (QuicClientConnectionImpl) peer.connection;
        Map<Integer, ConnectionIdInfo> relays = connectionIds(peer).getAllPeerConnectionIds();
        int used = relays.entrySet().stream()
                .filter(id -> id.getValue().getConnectionIdStatus() == ConnectionIdStatus.IN_USE)
                .findAny().orElseThrow().getKey();
        await().pollInterval(Duration.ofMillis(1)).until(() -> relays.containsKey(used + 1));
        client.nextDestinationConnectionId();
        var built = new CountDownLatch(1);
        peer.sendFrame(new RawFrame(0x01) {
            @Override
            public void serialize(ByteBuffer buffer) {
                super.serialize(buffer);
                built.countDown();
            }
        });
        built.await(); // a packet that Kwik's sender began before still has the old one, and must not retire it
        client.retireDestinationConnectionId(used);
    }

    private static ConnectionIdManager connectionIds(KwikPeer peer) throws ReflectiveOperationException {
        return (ConnectionIdManager) field(QuicClientConnectionImpl.class, "connectionIdManager").get(peer.connection);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
