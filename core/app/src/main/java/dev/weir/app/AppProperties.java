// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import dev.weir.engine.RelayOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings that are no command-line options, under `weir.` (or as environment variables, `WEIR_STATISTICS_INTERVAL`). The table of
/// docs/reference/config.md is made of what is said of the components here.
///
/// @param statisticsInterval how often the file of `serve --stats` is rewritten, 10ms to 1d
/// @param cacheBytes upper bound of the object cache, all tracks together, bytes, 1048576 or more
/// @param ringBytes size of the ring buffer through which the kernel tells what it sent, bytes, a power of two from 4096 on. While it is
///     full the kernel copies nothing and user space serves everybody (`ring_full`)
/// @param idleTimeout a connection that sends nothing for this long is given up; whole seconds, 1s to 1d
/// @param fan connections whose payloads are not MoQT
/// @param management health, metrics and the page
/// @param plugins which policy jars are taken
/// @param classes lane classes beside `default`
/// @param assignments which policies serve which subscriptions
/// @param policies settings of policies, by policy name; docs/reference/policies.md lists those of the bundled ones
@ConfigurationProperties(value = "weir", ignoreUnknownFields = false)
public record AppProperties(
        @DefaultValue("200ms") Duration statisticsInterval,
        @DefaultValue("268435456") long cacheBytes,
        @DefaultValue("4194304") int ringBytes,
        @DefaultValue("30s") Duration idleTimeout,
        @DefaultValue Fan fan,
        @DefaultValue Management management,
        @DefaultValue Plugins plugins,
        @DefaultValue List<LaneClass> classes,
        @DefaultValue List<Assignment> assignments,
        @DefaultValue Map<String, Map<String, Object>> policies) {
    private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(10);
    private static final Duration SHORTEST_IDLE = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(1);
    private static final long SMALLEST_CACHE = 1 << 20;
    private static final Pattern SHA256 = Pattern.compile("\\p{XDigit}{64}");

    /// @throws ConfigurationException if a value cannot be used
    public AppProperties {
        check("weir.statistics-interval", statisticsInterval, SHORTEST_INTERVAL);
        check("weir.idle-timeout", idleTimeout, SHORTEST_IDLE);
        if (idleTimeout.toNanosPart() != 0) {
            throw new ConfigurationException("weir.idle-timeout takes whole seconds, not " + DurationStyle.SIMPLE.print(idleTimeout) + ".", null);
        }
        if (cacheBytes < SMALLEST_CACHE) {
            throw new ConfigurationException("weir.cache-bytes takes " + SMALLEST_CACHE + " bytes or more, not " + cacheBytes + ".", null);
        }
        if (!RelayOptions.isRingSize(ringBytes)) {
            throw new ConfigurationException("weir.ring-bytes takes a power of two from " + RelayOptions.SMALLEST_RING_BYTES + " on, not "
                    + ringBytes + ".", null);
        }
    }

    private static void check(String key, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            throw new ConfigurationException(key + " takes " + DurationStyle.SIMPLE.print(least) + " to " + DurationStyle.SIMPLE.print(LONGEST, ChronoUnit.DAYS)
                    + ", not " + DurationStyle.SIMPLE.print(value) + ".", null);
        }
    }

    private static void require(String key, @Nullable String value) {
        if (value == null || value.isBlank()) {
            throw new ConfigurationException(key + " is missing in an entry of the list; write one.", null);
        }
    }

    /// Connections whose payloads are not MoQT: the ALPN pair that tells them.
    ///
    /// @param enabled take such connections, whose payloads are not MoQT; see docs/guides/own-framing.md
    /// @param publisher ALPN of those whose DATAGRAMs and unidirectional streams are forwarded
    /// @param subscriber ALPN of those that get them all
    public record Fan(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("fan-pub") String publisher,
            @DefaultValue("fan-sub") String subscriber) {}

    /// Health, metrics and the page, over HTTP.
    ///
    /// @param port TCP port of health, metrics and the page, see docs/guides/monitoring.md: `same` as the relay's UDP port, a number (0: any
    ///     free one), or `off`. A port that is taken stops the start
    /// @param address where they are served. Whoever reaches it can read names, addresses and figures, but no keys
    /// @param tokenFile file for the token that changes on the page need, readable by its owner only; without it `<port>.token` beside the
    ///     control sockets
    /// @param tracks how many tracks have metrics of their own; all others together are `other`
    public record Management(
            @DefaultValue("same") String port,
            @DefaultValue("127.0.0.1") String address,
            @Nullable Path tokenFile,
            @DefaultValue("20") int tracks) {}

    /// Which policy jars are taken.
    ///
    /// @param requireSignature every policy jar must be signed by a trusted certificate
    /// @param trustedCertificates PEM file with the certificates of signers
    /// @param allowedSha256 SHA-256 sums of the only jars that are taken, 64 hexadecimal digits each; without it any
    public record Plugins(
            @DefaultValue("false") boolean requireSignature,
            @Nullable Path trustedCertificates,
            @DefaultValue List<String> allowedSha256) {
        /// @throws ConfigurationException if a sum is none
        public Plugins {
            for (String sum : allowedSha256) {
                if (!SHA256.matcher(sum).matches()) {
                    throw new ConfigurationException("weir.plugins.allowed-sha256 takes sums of 64 hexadecimal digits, as sha256sum prints"
                            + " them, not '" + sum + "'.", null);
                }
            }
        }
    }

    /// A lane class.
    ///
    /// @param name a lane class beside `default`, at most 15; lower-case letters, digits and hyphens, a letter first
    /// @param addresses its subscribers' addresses, CIDR; without them it is given by hand (`class set`)
    public record LaneClass(String name, @DefaultValue List<String> addresses) {
        /// @throws ConfigurationException if it has no name
        public LaneClass {
            require("weir.classes[].name", name);
        }
    }

    /// An assignment.
    ///
    /// @param policy name of a policy
    /// @param tracks full track names that it serves: `*` any characters but a slash, `**` any at all
    /// @param classes lane classes that it serves; without it all
    /// @param configuration settings that take the place of those under `weir.policies`
    public record Assignment(
            String policy,
            @DefaultValue("**") String tracks,
            @DefaultValue List<String> classes,
            @DefaultValue Map<String, String> configuration) {
        /// @throws ConfigurationException if it names no policy
        public Assignment {
            require("weir.assignments[].policy", policy);
        }
    }
}
