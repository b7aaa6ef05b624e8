// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import dev.weir.engine.policy.PolicyControl;
import dev.weir.quic.kwik.RelayServer;
import java.time.Duration;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Reads a running relay, at most once in a fifth of a second: however many scrape it, packets notice as little as of one.
/// For any number of threads; one of them reads while the others wait for what it has read.
public final class RelayReadings {
    /// How old a reading may be, nanoseconds.
    public static final long FRESH_NANOS = Duration.ofMillis(200).toNanos();

    private final Supplier<RelayReading> source;
    private final LongSupplier clock;
    private @Nullable RelayReading last;
    private long lastNanos;

    RelayReadings(Supplier<RelayReading> source, LongSupplier clock) {
        this.source = source;
        this.clock = clock;
    }

    /// Readings of a relay and its policies.
    public static RelayReadings of(RelayServer relay, PolicyControl policies) {
        return new RelayReadings(
                () -> new RelayReading(
                        relay.counts(),
                        relay.views().relay(),
                        relay.views().copies(),
                        relay.views().lanes(),
                        policies.assignments(),
                        policies.statistics()),
                System::nanoTime);
    }

    /// A reading that is fresh enough.
    public synchronized RelayReading latest() {
        RelayReading present = last;
        if (present == null || clock.getAsLong() - lastNanos > FRESH_NANOS) {
            present = source.get();
            last = present;
            lastNanos = clock.getAsLong();
        }
        return present;
    }
}
