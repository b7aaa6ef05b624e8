// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.congestionpriority;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.congestionpriority.CongestionPriorityProvider.Config;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.ProgramVariant;
import java.time.Duration;
import java.util.List;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CongestionPriorityTests {
    private static final long MS = 1_000_000;
    /// Milliseconds of queueing delay.
    private static final long TOLERATED = 100;
    private static final Config USUAL = new Config(null, List.of(), List.of(), null, null, null);
    private static final Verdict FORWARD = Verdict.forward();
    private static final Verdict CONGESTION = Verdict.drop("congestion");
    private static final Verdict GAP = Verdict.drop("gap");

    private final CongestionPriority policy = new CongestionPriority(USUAL.thresholds());
    private final LaneState state = LaneState.fresh();

    private static LaneView lane(long millis, long inFlight, long rtt, long delay, long jitter) {
        return new LaneView(
                millis * MS, LaneView.DEFAULT_CLASS, 128, 10_000, inFlight, 0, rtt * MS, delay * MS, jitter * MS, 0);
    }

    private static LaneView full(long millis) {
        return lane(millis, 10_000, 20, 0, 0);
    }

    private static LaneView free(long millis) {
        return lane(millis, 0, 20, 0, 0);
    }

    private static FanoutObject object(long group, int priority) {
        var media = new MediaObject("live/cam1", group, 0, 1, priority, DeliveryMode.DATAGRAM, 1_000, 1);
        return new FanoutObject(media, new FrameContent(0, false), new ObjectIndex(group, group), priority);
    }

    private Verdict decide(LaneView lane, long group, int priority) {
        return policy.filter().decide(object(group, priority), lane, state);
    }

    private static LaneView late(long millis, long delay) {
        return lane(millis, 1, 20 + delay, delay, 0);
    }

    /// The queue is so long at once that only key frames pass.
    private void congest() {
        decide(late(1_000, 6 * TOLERATED + 4), 0, 64 + 1);
        assertThat(CongestionPriority.levelOf(state)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 20, 0, 0, 0", "7500, 20, 0, 0, 0", "7501, 20, 0, 0, 1", "9001, 20, 0, 0, 2", "9801, 20, 0, 0, 3",
        "99999, 20, 0, 0, 3", "1, 120, 100, 0, 0", "1, 121, 101, 0, 1", "1, 320, 300, 0, 1", "1, 321, 301, 0, 2",
        "1, 620, 600, 0, 2", "1, 621, 601, 0, 3", "1, 500, 101, 0, 0", "1, 500, 180, 0, 1", "1, 0, 101, 0, 1",
        "1, 20, 0, 30, 0", "1, 20, 0, 31, 1", "1, 20, 0, 9999, 1", "7501, 621, 601, 62, 3", "0, 621, 601, 62, 0"
    })
    void pressureIsTheWorstOfHeadroomDelayAndJitter(long inFlight, long rtt, long delay, long jitter, int pressure) {
        assertThat(policy.pressure(lane(1, inFlight, rtt, delay, jitter), 0)).isEqualTo(pressure);
    }

    @Test
    void aFullWindowCountsOnlyIfItLasts() {
        assertThat(decide(full(1_000), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_099), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(free(1_100), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_101), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_200), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_201), 0, 255)).isEqualTo(CONGESTION);
        assertThat(CongestionPriority.levelOf(state)).isEqualTo(1);
    }

    @Test
    void everyLevelOfAFullWindowTakesFourTimesAsLong() {
        decide(full(1_000), 0, 65);
        assertThat(levelAfter(1_100)).isEqualTo(1);
        assertThat(levelAfter(1_101)).isEqualTo(1);
        assertThat(levelAfter(1_500)).isEqualTo(1);
        assertThat(levelAfter(1_501)).isEqualTo(2);
        assertThat(levelAfter(1_502)).isEqualTo(2);
        assertThat(levelAfter(3_101)).isEqualTo(2);
        assertThat(levelAfter(3_102)).isEqualTo(3);
    }

    private long levelAfter(long millis) {
        decide(full(millis), 0, 65);
        return CongestionPriority.levelOf(state);
    }

    @Test
    void aLongQueueCountsAtOnce() {
        assertThat(decide(late(1_000, TOLERATED), 0, 192)).isEqualTo(FORWARD);
        assertThat(decide(late(1_001, TOLERATED + 1), 0, 191)).isEqualTo(FORWARD);
        assertThat(decide(late(1_002, TOLERATED + 1), 0, 192)).isEqualTo(CONGESTION);
        assertThat(decide(late(1_003, 3 * TOLERATED + 4), 0, 128)).isEqualTo(CONGESTION);
        assertThat(decide(late(1_003, 3 * TOLERATED + 4), 0, 127)).isEqualTo(FORWARD);
    }

    /// The priorities of `weir publish --subgroups by-layer`: droppable, reference, key frames.
    @Test
    void keyFramesAlwaysPassAndMoveNothing() {
        assertThat(decide(late(1_000, 6 * TOLERATED + 8), 0, 64)).isEqualTo(FORWARD);
        assertThat(state.word(CongestionPriority.LEVEL)).isZero();
        assertThat(decide(late(1_000, 6 * TOLERATED + 8), 0, 65)).isEqualTo(CONGESTION);
    }

    @Test
    void levelFallsWhenTwiceWhatIsMeasuredWouldNotMakeIt() {
        congest();

        assertThat(levelAt(3 * TOLERATED + 4)).isEqualTo(3);
        assertThat(levelAt(3 * TOLERATED)).isEqualTo(2);
        assertThat(levelAt(3 * TOLERATED / 2 + 4)).isEqualTo(2);
        assertThat(levelAt(3 * TOLERATED / 2)).isEqualTo(1);
        assertThat(levelAt(TOLERATED / 2 + 1)).isEqualTo(1);
        assertThat(levelAt(TOLERATED / 2)).isZero();
    }

    private int levelAt(long delay) {
        decide(late(2_000, delay), 1, 65);
        return CongestionPriority.levelOf(state);
    }

    @Test
    void levelFallsAtOnceWhenNothingIsInFlight() {
        congest();

        assertThat(decide(free(1_001), 1, 255)).isEqualTo(FORWARD);
        assertThat(state.word(CongestionPriority.LEVEL)).isZero();
    }

    @Test
    void openedLevelShowsAtTheNextRestart() {
        decide(late(1_500, 3 * TOLERATED + 4), 5, 128);

        assertThat(decide(free(1_600), 5, 128)).isEqualTo(GAP);
        assertThat(decide(free(1_600), 5, 192)).isEqualTo(GAP);
        assertThat(decide(free(1_600), 5, 127)).isEqualTo(FORWARD);
        assertThat(decide(free(1_600), 5, 64)).isEqualTo(FORWARD);
        assertThat(decide(free(1_600), 6, 192)).isEqualTo(FORWARD);
    }

    @Test
    void mostUrgentDropOfTheGapCounts() {
        decide(late(1_500, 6 * TOLERATED + 8), 5, 192);
        decide(late(1_500, 6 * TOLERATED + 8), 5, 130);
        decide(late(1_500, 6 * TOLERATED + 8), 5, 192);

        assertThat(decide(free(1_600), 5, 130)).isEqualTo(GAP);
        assertThat(decide(free(1_600), 5, 129)).isEqualTo(FORWARD);
    }

    @Test
    void highestIndexDoesNotWrap() {
        congest();

        assertThat(decide(full(1_500), -1L, 255)).isEqualTo(CONGESTION);
        assertThat(state.dropUntil()).isEqualTo(-1L);
    }

    @Test
    void waitingStreamIsResetByTheLevelWithoutMovingIt() {
        congest();

        assertThat(policy.filter().reconsider(object(1, 65), free(9_000), state)).isEqualTo(CONGESTION);
        assertThat(policy.filter().reconsider(object(1, 64), free(9_000), state)).isEqualTo(FORWARD);
        assertThat(CongestionPriority.levelOf(state)).isEqualTo(3);
    }

    @Test
    void waitingStreamIsResetUnderAnyPressureIfLevelOneWouldHaveDroppedIt() {
        assertThat(policy.filter().reconsider(object(1, 191), full(9_000), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().reconsider(object(1, 192), full(9_000), state)).isEqualTo(CONGESTION);
        assertThat(policy.filter().reconsider(object(1, 192), free(9_000), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().reconsider(object(1, 128), late(9_000, 3 * TOLERATED + 4), state)).isEqualTo(CONGESTION);
        assertThat(state.word(CongestionPriority.LEVEL)).isZero();
    }

    @Test
    void streamThatGoesOnIsEndedByALongQueueOnly() {
        assertThat(policy.filter().interrupt(object(1, 192), full(9_000), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().interrupt(object(1, 192), late(9_000, TOLERATED), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().interrupt(object(1, 192), late(9_000, TOLERATED + 1), state)).isEqualTo(CONGESTION);
        assertThat(policy.filter().interrupt(object(1, 128), late(9_000, TOLERATED + 1), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().interrupt(object(1, 64), late(9_000, 100 * TOLERATED), state)).isEqualTo(FORWARD);
        assertThat(state.word(CongestionPriority.LEVEL)).isZero();
    }

    @Test
    void onsetZeroActsAtOnce() {
        var at = new CongestionPriority(
                new Config(null, List.of(), List.of(), null, null, Duration.ZERO).thresholds());

        assertThat(at.filter().decide(object(1, 192), full(5), state)).isEqualTo(CONGESTION);
        assertThat(at.filter().decide(object(2, 192), free(5), state)).isEqualTo(FORWARD);
    }

    @Test
    void planHoldsTheProgramAndItsNumbers() {
        var plan = (ProgramVariant) policy.plan(() -> List.of("default")).orElseThrow();

        assertThat(plan.object()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(plan.config())
                .containsExactly(65L, TOLERATED * MS, 30 * MS, 100 * MS, 256L, 192L, 128L, 65L, 750L, 900L, 980L);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        refused("always-below", () -> new Config(257, List.of(), List.of(), null, null, null));
        refused("limits", () -> new Config(null, List.of(192, 128), List.of(), null, null, null));
        refused("limits", () -> new Config(null, List.of(128, 192, 65), List.of(), null, null, null));
        refused("limits", () -> new Config(null, List.of(257, 128, 65), List.of(), null, null, null));
        refused("limits", () -> new Config(null, List.of(192, 128, -1), List.of(), null, null, null));
        refused("fills", () -> new Config(null, List.of(), List.of(0.9, 0.8, 0.95), null, null, null));
        refused("fills", () -> new Config(null, List.of(), List.of(0.1, 0.2, Double.NaN), null, null, null));
        refused("delay", () -> new Config(null, List.of(), List.of(), Duration.ofMinutes(2), null, null));
        refused("onset", () -> new Config(null, List.of(), List.of(), null, null, Duration.ofNanos(-1)));
    }

    private static void refused(String name, Runnable making) {
        assertThatThrownBy(making::run)
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining(name)
                .hasMessageContaining("rite ");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("congestion-priority");
    }
}
