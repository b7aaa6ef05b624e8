// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.awaitility.Awaitility.await;

import dev.weir.testkit.peer.KwikPeer;
import dev.weir.testkit.peer.PeerHabits;
import dev.weir.testkit.peer.RawFrame;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import tech.kwik.core.cid.ConnectionIdInfo;
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
    private static final int APP = EncryptionLevel.App.ordinal();

    private final QuicConnectionImpl connection;
    private final ConnectionSecrets secrets;
    private final Aead own;
    private final ReadKeys read;

    PeerControls(KwikPeer peer) throws ReflectiveOperationException {
        connection = (QuicConnectionImpl) peer.connection;
        secrets = secrets(peer);
        own = KwikInternals.readSecrets(secrets).get(APP); // the client's and the server's, as the relay sees them
        AtomicReferenceArray<Aead> servers = KwikInternals.writeSecrets(secrets);
        read = new ReadKeys((KeyUpdateSupport) servers.get(APP), () -> System.nanoTime() + 2_000_000_000L,
                new KeyLimits(Long.MAX_VALUE, Long.MAX_VALUE), () -> {});
        read.setPeerAead(own);
        own.setPeerAead(read);
        servers.set(APP, read);
    }

    private static ConnectionSecrets secrets(KwikPeer peer) throws ReflectiveOperationException {
        return (ConnectionSecrets) field(QuicConnectionImpl.class, "connectionSecrets").get(peer.connection);
    }

    /// The keys that a peer seals its 1-RTT packets with.
    static Aead ownKeys(KwikPeer peer) throws ReflectiveOperationException {
        return KwikInternals.readSecrets(secrets(peer)).get(APP);
    }

    /// Counts what the peer opens from now on, by how often the relay has updated its keys before.
    Map<Integer, Long> countOpened() {
        var counts = new ConcurrentHashMap<Integer, Long>();
        KwikInternals.writeSecrets(secrets).set(APP, around(read, opened -> {
            counts.merge(read.getKeyUpdateCounter(), 1L, Long::sum);
            return opened;
        }, "aeadDecrypt"));
        return counts;
    }

    /// Spoils the tags of all that the peer seals from now on.
    void forge() {
        KwikInternals.readSecrets(secrets).set(APP, around(own, sealed -> {
            sealed[sealed.length - 1] ^= 1;
            return sealed;
        }, "aeadEncrypt"));
    }

    private static Aead around(Aead keys, UnaryOperator<byte[]> change, String method) {
        return (Aead) Proxy.newProxyInstance(Aead.class.getClassLoader(), new Class<?>[] {Aead.class}, (proxy, called, arguments) -> {
            try {
                Object result = called.invoke(keys, arguments);
                return called.getName().equals(method) ? change.apply((byte[]) result) : result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        });
    }

    /// Updates keys between two packets, and waits until the relay's have followed (RFC 9001 section 6.2).
    void updateKeys() {
        updateKeysUnless(() -> false);
    }

    /// The same, but does not wait any longer when the connection has ended.
    void updateKeysUnless(BooleanSupplier ended) {
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
        await().pollInterval(Duration.ofMillis(1)).until(
                () -> read.getKeyUpdateCounter() == before + 1 || ended.getAsBoolean());
    }

    /// Replaces all connection IDs that the relay may use by a new one, and waits until the relay has retired them.
    static void replaceOwnConnectionIds(KwikPeer peer) throws ReflectiveOperationException {
        await().pollInterval(Duration.ofMillis(1)).until(PeerHabits.replaceOwnConnectionIds(peer)::getAsBoolean);
    }

    /// Uses the relay's next connection ID and retires the one in use, and waits until there is another one to go on with.
    static void moveToNextConnectionId(KwikPeer peer) throws ReflectiveOperationException, InterruptedException {
        var client = (QuicClientConnectionImpl) peer.connection;
        Map<Integer, ConnectionIdInfo> relays = PeerHabits.connectionIds(peer).getAllPeerConnectionIds();
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

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
