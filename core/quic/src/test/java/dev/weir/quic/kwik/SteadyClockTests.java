// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.weir.testkit.DevelopmentCertificate;
import dev.weir.testkit.peer.KwikPeer;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tech.kwik.agent15.TlsConstants.CipherSuite;

/// Nobody who sets the machine's clock ends a connection. No test sets it; each of Kwik's parts that measures time has to have ours.
class SteadyClockTests extends RelayFixture {
    private static final List<String> PACKAGES = List.of("tech.kwik.core", "dev.weir.quic.kwik");
    /// LossDetector of three spaces, AckGenerator of three, SendRequestQueue of four, SenderImpl, RecoveryManager, IdleTimer.
    private static final int LEAST_CLOCKS = 10;

    @Override
    RelayServer startRelay(DevelopmentCertificate certificate) throws Exception {
        return LoopbackRelays.start(certificate);
    }

    @Override
    KwikPeer connect(CipherSuite suite) throws Exception {
        return LoopbackRelays.connect(relay, suite);
    }

    @Test
    void goesOnAsTheMonotonicClockDoes() {
        Instant now = SteadyClock.now();
        assertThat(SteadyClock.nanos(now)).isCloseTo(System.nanoTime(), within(Duration.ofSeconds(10).toNanos()));
        assertThat(SteadyClock.nanos(now.plusNanos(1_234_567))).isEqualTo(SteadyClock.nanos(now) + 1_234_567);
        assertThat(Duration.between(now, Instant.now()).abs()).isLessThan(Duration.ofMinutes(1));
    }

    @Test
    void isTheOnlyClockOfAConnection() throws Exception {
        subscribed();
        Object connections = value(field(RelayServer.class, "connections"), relay);

        List<Found> clocks = clocks((Iterable<?>) connections);

        assertThat(clocks).hasSizeGreaterThanOrEqualTo(LEAST_CLOCKS)
                .allSatisfy(found -> assertThat(found.object).as(found.where).isSameAs(SteadyClock.INSTANCE));
    }

    /// What waits for data subtracts what has passed from this; so much must be left that an hour less than nothing does not overflow.
    @Test
    void aReaderWaitsForEverWhateverTheMachinesClockSays() throws Exception {
        long longest = (long) value(field(KwikInternals.streamInput(), "waitForNextFrameTimeout"), null);
        assertThat(Duration.ofMillis(longest)).isBetween(Duration.ofDays(36_500), Duration.ofMillis(Long.MAX_VALUE / 2));
    }

    /// @param where the fields that lead to it
    private record Found(Object object, String where) {}

    private static List<Found> clocks(Iterable<?> roots) {
        var clocks = new ArrayList<Found>();
        Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        Deque<Found> next = new ArrayDeque<>();
        roots.forEach(root -> next.add(new Found(root, root.getClass().getSimpleName())));
        while (!next.isEmpty()) {
            Found each = next.remove();
            if (each.object instanceof Clock) {
                clocks.add(each);
            } else if (seen.add(each.object)) {
                next.addAll(parts(each));
            }
        }
        return clocks;
    }

    private static List<Found> parts(Found whole) {
        var parts = new ArrayList<Found>();
        if (whole.object instanceof Object[] array) {
            for (int i = 0; i < array.length; i++) {
                add(parts, array[i], whole.where + "[" + i + "]");
            }
            return parts;
        }
        for (Class<?> type = whole.object.getClass(); type != null && isKwiks(type); type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    add(parts, value(field, whole.object), whole.where + "." + field.getName());
                }
            }
        }
        return parts;
    }

    private static void add(List<Found> parts, Object part, String where) {
        if (part instanceof Clock || part instanceof Object[] || part != null && isKwiks(part.getClass())) {
            parts.add(new Found(part, where));
        }
    }

    /// One class stands for spaces of packet numbers that are over, and measures nothing.
    private static boolean isKwiks(Class<?> type) {
        return !type.getSimpleName().equals("NullAckGenerator") && PACKAGES.stream().anyMatch(type.getName()::startsWith) && !type.isHidden();
    }

    private static Field field(Class<?> type, String name) throws NoSuchFieldException {
        return type.getDeclaredField(name);
    }

    private static Object value(Field field, Object owner) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }
}
