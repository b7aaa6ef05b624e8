// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What a relay is started with.
///
/// @param listen UDP address; port 0 lets the system choose; an any-local IPv6 address takes IPv4 as well
/// @param keyStore holds certificate chain and private key
/// @param keyAlias the entry to use
/// @param keyPassword its password
/// @param path who makes the copies
/// @param lease past this time without a sign of life from user space the kernel forwards nothing; more than 20 ms
/// @param cacheBytes upper bound of the object cache of all tracks together, bytes
/// @param idleTimeout a connection without any packet from its peer for this long is gone
/// @param classes the kinds of subscribers
/// @param fan the ALPN pair of connections with own framing; null: there are none
/// @param ringBytes size of the ring buffer through which the kernel tells what it sent: a power of two of whole pages, bytes. While it is
///     full the kernel copies nothing and user space serves everybody
/// @param congestion makes the congestion controller of a connection, which kernel and user space share
public record RelayOptions(
        InetSocketAddress listen,
        KeyStore keyStore,
        String keyAlias,
        char[] keyPassword,
        PathMode path,
        Duration lease,
        long cacheBytes,
        Duration idleTimeout,
        LaneClassifier classes,
        @Nullable FanProtocol fan,
        int ringBytes,
        Supplier<CongestionControl> congestion) {
    /// Default lease: DESIGN rule 10.
    public static final Duration DEFAULT_LEASE = Duration.ofMillis(200);
    /// Default bound of the object cache, bytes.
    public static final long DEFAULT_CACHE_BYTES = 256L << 20;
    /// Default idle timeout.
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(30);

    /// Default size of the ring buffer, bytes.
    public static final int DEFAULT_RING_BYTES = 4 << 20;
    /// Smallest ring buffer: one page, bytes.
    public static final int SMALLEST_RING_BYTES = 4096;

    /// @throws IllegalArgumentException if the kernel could not make such a ring buffer
    public RelayOptions {
        if (!isRingSize(ringBytes)) {
            throw new IllegalArgumentException("a ring buffer has a power of two of bytes, " + SMALLEST_RING_BYTES + " or more, not " + ringBytes);
        }
    }

    /// Whether a ring buffer can have this size.
    public static boolean isRingSize(int bytes) {
        return bytes >= SMALLEST_RING_BYTES && Integer.bitCount(bytes) == 1;
    }

    /// Options with the defaults above.
    public static RelayOptions of(
            InetSocketAddress listen, KeyStore keyStore, String keyAlias, char[] keyPassword, PathMode path) {
        return new RelayOptions(
                listen,
                keyStore,
                keyAlias,
                keyPassword,
                path,
                DEFAULT_LEASE,
                DEFAULT_CACHE_BYTES,
                DEFAULT_IDLE_TIMEOUT,
                LaneClassifier.defaultOnly(),
                FanProtocol.DEFAULT,
                DEFAULT_RING_BYTES,
                NewReno::new);
    }

    /// The same with another lease.
    public RelayOptions withLease(Duration newLease) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, newLease, cacheBytes, idleTimeout, classes, fan, ringBytes,
                congestion);
    }

    /// The same with other lane classes.
    public RelayOptions withClasses(LaneClassifier newClasses) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, newClasses, fan,
                ringBytes, congestion);
    }

    /// The same with another ALPN pair for own framing, or none.
    public RelayOptions withFan(@Nullable FanProtocol newFan) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, classes, newFan,
                ringBytes, congestion);
    }

    /// The same with another size of the ring buffer.
    public RelayOptions withRingBytes(int newRingBytes) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, classes, fan, newRingBytes,
                congestion);
    }

    /// The same with another congestion controller.
    public RelayOptions withCongestion(Supplier<CongestionControl> newCongestion) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, classes, fan, ringBytes,
                newCongestion);
    }

    /// The same with another idle timeout.
    public RelayOptions withIdleTimeout(Duration newIdleTimeout) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, newIdleTimeout, classes, fan, ringBytes,
                congestion);
    }

    /// The same with another bound of the object cache.
    public RelayOptions withCacheBytes(long newCacheBytes) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, newCacheBytes, idleTimeout, classes, fan, ringBytes,
                congestion);
    }
}
