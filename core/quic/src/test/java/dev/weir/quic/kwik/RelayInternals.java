// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import dev.weir.engine.Relay;
import dev.weir.engine.Session;
import java.lang.reflect.Field;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/// What a test changes inside a running relay, which nobody else can.
final class RelayInternals {
    private RelayInternals() {}

    /// The lock without which nothing of the engine's goes on.
    static ReentrantLock engineLock(RelayServer relay) throws ReflectiveOperationException {
        return (ReentrantLock) field(Relay.class, "lock").get(engine(relay));
    }

    /// How many packets a peer may leave unacknowledged behind it.
    static void boundUnacknowledgedSpan(RelayServer relay, long packets) throws ReflectiveOperationException {
        Object recovery = field(Relay.class, "recovery").get(engine(relay));
        field(recovery.getClass(), "mostUnacknowledgedSpan").setLong(recovery, packets);
    }

    /// Its connections that have a session.
    @SuppressWarnings("unchecked") // Set<RelayConnection> in RelayServer
    static Set<RelayConnection> connections(RelayServer relay) throws ReflectiveOperationException {
        return Set.copyOf((Set<RelayConnection>) field(RelayServer.class, "connections").get(relay));
    }

    /// The engine's side of a connection.
    static Session session(RelayConnection connection) throws ReflectiveOperationException {
        return (Session) field(RelayConnection.class, "session").get(connection);
    }

    private static Object engine(RelayServer relay) throws ReflectiveOperationException {
        return field(RelayServer.class, "relay").get(relay);
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }
}
