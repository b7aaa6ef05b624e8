// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.media.WallClock;
import dev.weir.bench.peer.ArrivalListener;
import dev.weir.bench.peer.PublishedTrack;
import dev.weir.bench.report.Observations;
import dev.weir.bench.report.Observations.Quantile;
import dev.weir.bench.report.Observations.Stalls;
import dev.weir.wire.moqt.Location;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.HdrHistogram.Histogram;

/// Watches the objects of all subscribers arrive. Safe for use by several threads.
final class ArrivalLog {
    private static final int DIGITS = 3;
    private static final double[] PERCENTS = {0, 1, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 98, 99, 99.5, 99.8, 99.9, 99.95, 99.99, 100};
    private static final long SLOT_MICROS = Observations.SLOT_MILLIS * 1000L;
    private static final long STALL_MICROS = 50_000;
    private static final long LONG_STALL_MICROS = 200_000;
    private static final long MICROS_PER_MILLI = 1000;

    private final long firstMeasuredGroup;
    private final LongSupplier clock;
    private final Histogram latency = new Histogram(DIGITS);
    private final List<Long> slots = new ArrayList<>();
    private Stalls stalls = new Stalls(0, 0, 0);
    private long began = -1;

    /// @param firstMeasuredGroup what is before is warm-up
    ArrivalLog(long firstMeasuredGroup) {
        this(firstMeasuredGroup, WallClock::micros);
    }

    /// @param clock microseconds
    ArrivalLog(long firstMeasuredGroup, LongSupplier clock) {
        this.firstMeasuredGroup = firstMeasuredGroup;
        this.clock = clock;
    }

    /// @return what hears of one subscriber's objects
    ArrivalListener subscriber() {
        return new Subscriber();
    }

    private final class Subscriber implements ArrivalListener {
        private long arrivedBefore = -1;
        private long sentBefore;

        @Override
        public void arrived(Location location, int priority, byte[] payload, long latencyMicros) {
            if (location.group() < firstMeasuredGroup) {
                return;
            }
            synchronized (ArrivalLog.this) {
                long now = clock.getAsLong();
                count(now, latencyMicros);
                long sent = now - latencyMicros;
                if (arrivedBefore >= 0) {
                    waited(now - arrivedBefore - Math.max(0, sent - sentBefore));
                }
                arrivedBefore = now;
                sentBefore = sent;
            }
        }
    }

    private void count(long now, long latencyMicros) {
        latency.recordValue(latencyMicros);
        if (began < 0) {
            began = now;
        }
        int slot = (int) Math.max(0, (now - began) / SLOT_MICROS);
        while (slots.size() <= slot) {
            slots.add(0L);
        }
        slots.set(slot, slots.get(slot) + 1);
    }

    private void waited(long micros) {
        if (micros > STALL_MICROS) {
            stalls = stalls.plus(new Stalls(1, micros > LONG_STALL_MICROS ? 1 : 0, micros / MICROS_PER_MILLI));
        }
    }

    /// The first group that is not warm-up.
    long firstMeasuredGroup() {
        return firstMeasuredGroup;
    }

    /// @param sent what the publisher sent
    /// @param missing objects that did not come, behind the warm-up, by reason
    /// @param framesDecodable frames that could be decoded, behind the warm-up, of all subscribers
    /// @return what was seen so far
    synchronized Observations observations(PublishedTrack sent, Map<String, Long> missing, long framesDecodable) {
        long published = sent.objects().stream().filter(object -> object.location().group() >= firstMeasuredGroup).count();
        var distribution = new ArrayList<Quantile>();
        for (double percent : PERCENTS) {
            distribution.add(new Quantile(percent, latency.getValueAtPercentile(percent)));
        }
        return new Observations(published, latency.getTotalCount(), missing, distribution, stalls, slots,
                FrameCounts.sumFrom(sent.framesByGroup(), firstMeasuredGroup), framesDecodable);
    }
}
