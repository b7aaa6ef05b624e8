// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings that are no command-line options, under `weir.` (or as environment variables, `WEIR_STATISTICS_INTERVAL`).
///
/// @param statisticsInterval how often the file of `serve --stats` is rewritten
/// @param cacheBytes upper bound of the relay's object cache, all tracks together, bytes
/// @param ringBytes size of the ring buffer through which the kernel tells what it sent, bytes, a power of two
/// @param idleTimeout a connection that sends nothing for this long is given up
/// @param fan connections whose payloads are not MoQT
/// @param management health, metrics and the page
/// @param plugins which policy jars are taken
/// @param classes lane classes beside `default`, at most 15; a subscriber belongs to the first one that has its address
/// @param assignments which policies serve which subscriptions; the first one that fits counts, and without one everything passes
/// @param policies settings of policies, by policy name
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

    /// Connections whose payloads are not MoQT: the ALPN pair that tells them.
    ///
    /// @param enabled whether there are such connections
    /// @param publisher ALPN of those whose DATAGRAMs and unidirectional streams are forwarded
    /// @param subscriber ALPN of those that get them all
    public record Fan(
            @DefaultValue("true") boolean enabled,
            @DefaultValue("fan-pub") String publisher,
            @DefaultValue("fan-sub") String subscriber) {}

    /// Health, metrics and the page, over HTTP.
    ///
    /// @param port TCP port: `same` as the relay's UDP port, a number (0: any free one), or `off`
    /// @param address where it listens; whoever reaches it can read everything but keys
    /// @param tokenFile file that the token which policies and lane classes are changed with is written to
    /// @param tracks how many tracks have metrics of their own; all others together have one more
    public record Management(
            @DefaultValue("same") String port,
            @DefaultValue("127.0.0.1") String address,
            @Nullable Path tokenFile,
            @DefaultValue("20") int tracks) {}

    /// Which policy jars are taken.
    ///
    /// @param requireSignature whether every jar must be signed by a trusted certificate
    /// @param trustedCertificates PEM file with the certificates of signers
    /// @param allowedSha256 SHA-256 sums of the only jars that are taken, hexadecimal; empty: any
    public record Plugins(
            @DefaultValue("false") boolean requireSignature,
            @Nullable Path trustedCertificates,
            @DefaultValue List<String> allowedSha256) {}

    /// A lane class.
    ///
    /// @param name lower-case letters, digits and hyphens, a letter first
    /// @param addresses of its subscribers, CIDR; empty: given by hand with `class set`
    public record LaneClass(String name, @DefaultValue List<String> addresses) {}

    /// An assignment.
    ///
    /// @param policy name of the policy
    /// @param tracks pattern on full track names: `*` any characters but a slash, `**` any at all
    /// @param classes lane classes; empty: all
    /// @param configuration takes the place of what `policies` says
    public record Assignment(
            String policy,
            @DefaultValue("**") String tracks,
            @DefaultValue List<String> classes,
            @DefaultValue Map<String, String> configuration) {}
}
