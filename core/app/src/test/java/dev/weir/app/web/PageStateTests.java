// SPDX-License-Identifier: Apache-2.0
package dev.weir.app.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.app.metrics.RelayReading;
import dev.weir.engine.view.CopyCount;
import dev.weir.engine.view.LaneStatus;
import dev.weir.engine.view.RelayView;
import dev.weir.engine.view.SubscriberView;
import dev.weir.engine.view.TrackCopies;
import dev.weir.engine.view.TrackView;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the page is told of a relay with more tracks and lanes than its tables have rows.
class PageStateTests {
    private static final int MANY = PageState.MOST + 100;

    private static TrackView track(int i) {
        return new TrackView("t" + i, "established", 1, i, i, "auto", "kernel", "", 128, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0);
    }

    private static LaneStatus lane(int i) {
        return new LaneStatus(i, "[::1]:" + i, "default", i % 3 == 0 ? "kernel" : "userspace", 1, "lo", 0, i, 0, 0, 0, 0, 0, 0, i * 1000L, 0, 0, 0, List.of(), Map.of());
    }

    private static SubscriberView subscriber(int i) {
        return new SubscriberView(i, "[::1]:" + i, "default", 0, "kernel", List.of("t" + i), List.of());
    }

    private static TrackCopies copies(String name, long count) {
        return new TrackCopies(name, 1, 1, List.of(new CopyCount("stream", "kernel", "sent", "", count)));
    }

    private static PageState state(int count) {
        var relay = new RelayView("kernel", "auto", false, 0, 0, count, 1, count, count, count, count, 512, 0, 0, 0, 0);
        List<TrackCopies> all = Stream.concat(
                // Not in the order of the tracks.
                IntStream.range(0, count).map(i -> count - 1 - i).mapToObj(i -> copies("t" + i, i)), Stream.of(copies("", 99_999))).toList();
        var reading = new RelayReading(Map.of(), relay, all, IntStream.range(0, count).mapToObj(PageStateTests::lane).toList(), List.of(), List.of());
        return PageState.of(reading, IntStream.range(0, count).mapToObj(PageStateTests::track).toList(),
                IntStream.range(0, count).map(i -> count - 1 - i).mapToObj(PageStateTests::subscriber).toList(), "[::]:4433", "", List.of(), List.of());
    }

    @Test
    void everyTrackThatIsShownHasItsCopies() {
        PageState state = state(MANY);

        assertThat(state.tracks()).hasSize(PageState.MOST);
        assertThat(state.copies().getLast().counts().getFirst().count()).isEqualTo(99_999);
        assertThat(state.copies().subList(0, PageState.MOST)).extracting(TrackCopies::track)
                .containsExactlyInAnyOrderElementsOf(state.tracks().stream().map(TrackView::name).toList());
        assertThat(state.copies()).hasSize(PageState.MOST + 1);
    }

    @Test
    void figuresOfTheWholeAreOfAllLanes() {
        PageState state = state(MANY);

        assertThat(state.lanes()).hasSize(PageState.MOST);
        assertThat(state.laneCount()).isEqualTo(MANY);
        assertThat(state.kernelLaneCount()).isEqualTo(MANY / 3);
        assertThat(state.worstRttNanos()).isEqualTo((MANY - 1) * 1000L);
        assertThat(state.medianRttNanos()).isEqualTo(MANY / 2 * 1000L);
    }

    @Test
    void everyLaneThatIsShownHasItsSubscriber() {
        PageState state = state(MANY);

        assertThat(state.subscribers()).extracting(SubscriberView::id)
                .containsExactlyInAnyOrderElementsOf(state.lanes().stream().map(LaneStatus::id).toList());
    }

    @Test
    void aSmallRelayIsShownWhole() {
        PageState state = state(2);

        assertThat(state.tracks()).hasSize(2);
        assertThat(state.copies()).hasSize(3);
        assertThat(state.subscribers()).hasSize(2);
        assertThat(state(0).medianRttNanos()).isZero();
    }
}
