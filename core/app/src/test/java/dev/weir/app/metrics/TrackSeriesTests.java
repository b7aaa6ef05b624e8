// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.engine.view.CopyCount;
import dev.weir.engine.view.TrackCopies;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class TrackSeriesTests {
    private static TrackCopies track(String name, long id, int subscriptions, long sent) {
        return new TrackCopies(name, id, subscriptions, List.of(new CopyCount("stream", "kernel", "sent", "", sent)));
    }

    private static Map<String, Long> update(TrackSeries series, long all, TrackCopies... tracks) {
        var copies = new ArrayList<>(List.of(tracks));
        copies.add(track("", 0, 0, all));
        return series.update(copies).entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().track(), Map.Entry::getValue, Long::sum));
    }

    @Test
    void namesTheTracksWithMostSubscriptionsAndAddsUpTheOthers() {
        var series = new TrackSeries(2);

        Map<String, Long> counts = update(series, 60, track("a", 1, 5, 10), track("b", 2, 1, 20), track("c", 3, 9, 30));

        assertThat(counts).isEqualTo(Map.of("a", 10L, "c", 30L, "other", 20L));
    }

    @Test
    void aTrackKeepsItsNameUntilItIsGone() {
        var series = new TrackSeries(1);
        update(series, 10, track("a", 1, 1, 10));

        Map<String, Long> later = update(series, 111, track("a", 1, 1, 11), track("b", 2, 50, 100));
        Map<String, Long> without = update(series, 211, track("b", 2, 50, 200));

        assertThat(later).isEqualTo(Map.of("a", 11L, "other", 100L));
        // What b had while it was `other` stays there: no series decreases.
        assertThat(without).isEqualTo(Map.of("b", 200L, "other", 100L));
    }

    @Test
    void theNumberOfSeriesIsBoundedHoweverManyTracksComeAndGo() {
        var series = new TrackSeries(3);
        long all = 0;
        for (int i = 1; i <= 1000; i++) {
            all += i;
            Map<String, Long> counts = update(series, all, track("t" + i, i, 1, i));
            assertThat(counts.keySet()).isEqualTo(Set.of("t" + i));
        }
    }

    @Test
    void reasonsThatAPolicyMakesUpAreBounded() {
        var series = new TrackSeries(1);
        var counts = new ArrayList<CopyCount>();
        for (int i = 0; i < 1000; i++) {
            counts.add(new CopyCount("datagram", "userspace", "dropped", "policy_" + i, 1));
        }
        Map<TrackSeries.Key, Long> result =
                series.update(List.of(new TrackCopies("a", 1, 1, counts), new TrackCopies("", 0, 0, counts)));

        assertThat(result).hasSizeLessThan(70);
        assertThat(result.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(1000);
    }

    @Test
    void withoutNamesEverythingIsOther() {
        assertThat(update(new TrackSeries(0), 30, track("a", 1, 5, 10), track("b", 2, 1, 20))).isEqualTo(Map.of("other", 30L));
    }
}
