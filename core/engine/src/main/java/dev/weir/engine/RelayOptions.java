// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

import java.net.InetSocketAddress;
import java.security.KeyStore;
import java.time.Duration;
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
        @Nullable FanProtocol fan) {
    /// Default lease: DESIGN rule 10.
    public static final Duration DEFAULT_LEASE = Duration.ofMillis(200);
    /// Default bound of the object cache, bytes.
    public static final long DEFAULT_CACHE_BYTES = 256L << 20;
    /// Default idle timeout.
    public static final Duration DEFAULT_IDLE_TIMEOUT = Duration.ofSeconds(30);

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
                FanProtocol.DEFAULT);
    }

    /// The same with another lease.
    public RelayOptions withLease(Duration newLease) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, newLease, cacheBytes, idleTimeout, classes, fan);
    }

    /// The same with other lane classes.
    public RelayOptions withClasses(LaneClassifier newClasses) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, newClasses, fan);
    }

    /// The same with another ALPN pair for own framing, or none.
    public RelayOptions withFan(@Nullable FanProtocol newFan) {
        return new RelayOptions(
                listen, keyStore, keyAlias, keyPassword, path, lease, cacheBytes, idleTimeout, classes, newFan);
    }
}
