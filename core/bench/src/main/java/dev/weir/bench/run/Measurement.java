// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.bench.BenchException;
import dev.weir.bench.report.CpuTimes;
import dev.weir.bench.report.RelayStatistics;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Counters and processor time of a relay between two moments.
final class Measurement {
    private final RelayProcess relay;
    private final Reading whole;
    private CompletableFuture<Reading> start;
    private @Nullable Reading end;

    private record Reading(RelayStatistics statistics, CpuTimes cpu) {
        static Reading of(RelayProcess relay) {
            return new Reading(relay.statistics(), relay.cpuTimes());
        }
    }

    private Measurement(RelayProcess relay) {
        this.relay = relay;
        this.whole = Reading.of(relay);
        this.start = CompletableFuture.completedFuture(whole);
    }

    static Measurement begin(RelayProcess relay) {
        return new Measurement(relay);
    }

    /// Begins anew when a warm-up is over.
    void restartAfter(int seconds) {
        start = CompletableFuture.supplyAsync(
                () -> Reading.of(relay), CompletableFuture.delayedExecutor(seconds, TimeUnit.SECONDS));
    }

    void end() {
        end = Reading.of(relay);
    }

    private Reading ended() {
        Reading known = end;
        if (known == null) {
            throw new IllegalStateException("The measurement has not ended yet.");
        }
        return known;
    }

    private Reading started() {
        try {
            return start.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BenchException known ? known : e;
        }
    }

    String path() {
        return relay.path();
    }

    /// The counters' growth, without the warm-up.
    RelayStatistics statistics() {
        return ended().statistics().since(started().statistics());
    }

    /// The counters' growth, with the warm-up.
    RelayStatistics wholeStatistics() {
        return ended().statistics().since(whole.statistics());
    }

    /// Processor time, without the warm-up.
    CpuTimes cpu() {
        return ended().cpu().since(started().cpu());
    }
}
