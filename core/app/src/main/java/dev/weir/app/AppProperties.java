// SPDX-License-Identifier: Apache-2.0
package dev.weir.app;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/// Settings that are no command-line options, under `weir.` (or as environment variables, `WEIR_STATISTICS_INTERVAL`).
///
/// @param statisticsInterval how often the file of `serve --stats` is rewritten
/// @param cacheBytes upper bound of the relay's object cache, all tracks together, bytes
/// @param idleTimeout a connection that sends nothing for this long is given up
@ConfigurationProperties("weir")
public record AppProperties(
        @DefaultValue("200ms") Duration statisticsInterval,
        @DefaultValue("268435456") long cacheBytes,
        @DefaultValue("30s") Duration idleTimeout) {}
