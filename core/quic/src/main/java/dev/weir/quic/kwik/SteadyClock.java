// SPDX-License-Identifier: Apache-2.0
package dev.weir.quic.kwik;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/// The time that Kwik measures round trips, loss and idleness with. It goes on evenly whatever happens to the machine's own, which somebody
/// may set: with Kwik's own clock an hour forward is the idle timeout of every connection, and an hour back stops its timers for as long.
public final class SteadyClock extends Clock {
    /// The only one.
    static final SteadyClock INSTANCE = new SteadyClock();

    private final Instant beginning = Instant.now();
    private final long beginningNanos = System.nanoTime();

    private SteadyClock() {}

    /// What the machine's clock would say had nobody set it since this class was loaded.
    public static Instant now() {
        return INSTANCE.instant();
    }

    /// @param instant of this clock
    /// @return the same in CLOCK_MONOTONIC, nanoseconds
    static long nanos(Instant instant) {
        return INSTANCE.beginningNanos + Duration.between(INSTANCE.beginning, instant).toNanos();
    }

    @Override
    public Instant instant() {
        return beginning.plusNanos(System.nanoTime() - beginningNanos);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this; // nobody asks it for a date
    }
}
