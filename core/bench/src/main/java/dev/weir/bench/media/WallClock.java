// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.time.Instant;

/// The clock that publisher and subscribers share (CLOCK_REALTIME), so that send times compare across processes of a host.
public final class WallClock {
    private WallClock() {}

    /// @return microseconds since 1970
    public static long micros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * 1_000_000 + now.getNano() / 1000;
    }
}
