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
    private static final Config USUAL = new Config(null, List.of(), List.of(), null, null, null, null);
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

    /// Three onsets, each four times as long as the one before, and the state is at level 3.
    private void congest() {
        for (long millis = -1_000; millis <= 1_400; millis += 10) {
            decide(full(millis), 0, 64);
        }
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 20, 0, 0, 0", "7500, 20, 0, 0, 0", "7501, 20, 0, 0, 1", "9001, 20, 0, 0, 2", "9801, 20, 0, 0, 3",
        "99999, 20, 0, 0, 3", "1, 70, 50, 0, 0", "1, 71, 51, 0, 1", "1, 220, 200, 0, 1", "1, 221, 201, 0, 2",
        "1, 420, 400, 0, 2", "1, 421, 401, 0, 3", "1, 400, 51, 0, 0", "1, 400, 140, 0, 1", "1, 0, 51, 0, 1",
        "1, 20, 0, 30, 0", "1, 20, 0, 31, 1", "1, 20, 0, 9999, 1", "7501, 421, 401, 62, 3", "0, 421, 401, 62, 0"
    })
    void pressureIsTheWorstOfHeadroomDelayAndJitter(long inFlight, long rtt, long delay, long jitter, int pressure) {
        assertThat(policy.pressure(lane(1, inFlight, rtt, delay, jitter))).isEqualTo(pressure);
    }

    @Test
    void levelRisesOnlyWhenPressureLasts() {
        assertThat(decide(full(1_000), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_099), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(free(1_100), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_101), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_200), 0, 255)).isEqualTo(FORWARD);
        assertThat(decide(full(1_201), 0, 255)).isEqualTo(CONGESTION);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(1);
    }

    @Test
    void everyLevelTakesFourTimesAsLong() {
        decide(full(1_000), 0, 64);
        assertThat(levelAfter(1_100)).isEqualTo(1);
        assertThat(levelAfter(1_101)).isEqualTo(1);
        assertThat(levelAfter(1_500)).isEqualTo(1);
        assertThat(levelAfter(1_501)).isEqualTo(2);
        assertThat(levelAfter(1_502)).isEqualTo(2);
        assertThat(levelAfter(3_101)).isEqualTo(2);
        assertThat(levelAfter(3_102)).isEqualTo(3);
    }

    private long levelAfter(long millis) {
        decide(full(millis), 0, 64);
        return state.laneWord(CongestionPriority.LEVEL);
    }

    /// The priorities of `weir publish --subgroups by-layer`: droppable, reference, key frames.
    @Test
    void droppableFramesGoFirstAndKeyFramesNever() {
        congest();

        assertThat(decide(full(1_500), 1, 64)).isEqualTo(FORWARD);
        assertThat(decide(full(1_500), 1, 65)).isEqualTo(CONGESTION);
        state.laneWord(CongestionPriority.LEVEL, 1);
        assertThat(decide(lane(1_500, 7_600, 20, 0, 0), 2, 191)).isEqualTo(FORWARD);
        assertThat(decide(lane(1_500, 7_600, 20, 0, 0), 2, 192)).isEqualTo(CONGESTION);
        state.laneWord(CongestionPriority.LEVEL, 2);
        assertThat(decide(lane(1_500, 9_100, 20, 0, 0), 3, 127)).isEqualTo(FORWARD);
        assertThat(decide(lane(1_500, 9_100, 20, 0, 0), 3, 128)).isEqualTo(CONGESTION);
    }

    @Test
    void levelFallsOneByOneAfterGoodTimes() {
        congest();

        decide(free(2_000), 1, 64);
        decide(free(2_999), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(3);
        decide(free(3_000), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(2);
        decide(free(3_001), 1, 64);
        decide(free(4_000), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(2);
        decide(free(4_001), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(1);
    }

    @Test
    void oneBadMomentBeginsTheWaitAnew() {
        congest();

        decide(free(2_000), 1, 64);
        decide(full(2_900), 1, 64);
        decide(free(2_901), 1, 64);
        decide(free(3_900), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(3);
        decide(free(3_901), 1, 64);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(2);
    }

    @Test
    void openedLevelShowsAtTheNextRestart() {
        congest();
        assertThat(decide(full(1_500), 5, 128)).isEqualTo(CONGESTION);
        state.laneWord(CongestionPriority.LEVEL, 0);

        assertThat(decide(free(1_600), 5, 128)).isEqualTo(GAP);
        assertThat(decide(free(1_600), 5, 192)).isEqualTo(GAP);
        assertThat(decide(free(1_600), 5, 127)).isEqualTo(FORWARD);
        assertThat(decide(free(1_600), 5, 64)).isEqualTo(FORWARD);
        assertThat(decide(free(1_600), 6, 192)).isEqualTo(FORWARD);
    }

    @Test
    void mostUrgentDropOfTheGapCounts() {
        congest();
        decide(full(1_500), 5, 192);
        decide(full(1_500), 5, 130);
        decide(full(1_500), 5, 192);
        state.laneWord(CongestionPriority.LEVEL, 0);

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
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isEqualTo(3);
    }

    @Test
    void waitingStreamIsResetUnderAnyPressureIfLevelOneWouldHaveDroppedIt() {
        assertThat(policy.filter().reconsider(object(1, 191), full(9_000), state)).isEqualTo(FORWARD);
        assertThat(policy.filter().reconsider(object(1, 192), full(9_000), state)).isEqualTo(CONGESTION);
        assertThat(policy.filter().reconsider(object(1, 192), free(9_000), state)).isEqualTo(FORWARD);
        assertThat(state.laneWord(CongestionPriority.LEVEL)).isZero();
    }

    @Test
    void onsetZeroActsAtOnce() {
        var at = new CongestionPriority(
                new Config(null, List.of(), List.of(), null, null, Duration.ZERO, Duration.ZERO).thresholds());

        assertThat(at.filter().decide(object(1, 192), full(5), state)).isEqualTo(CONGESTION);
        assertThat(at.filter().decide(object(2, 192), free(5), state)).isEqualTo(FORWARD);
    }

    @Test
    void planHoldsTheProgramAndItsNumbers() {
        var plan = (ProgramVariant) policy.plan(() -> List.of("default")).orElseThrow();

        assertThat(plan.object()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(plan.config())
                .containsExactly(65L, 50 * MS, 30 * MS, 100 * MS, 1_000 * MS, 256L, 192L, 128L, 65L, 750L, 900L, 980L);
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        refused("always-below", () -> new Config(257, List.of(), List.of(), null, null, null, null));
        refused("limits", () -> new Config(null, List.of(192, 128), List.of(), null, null, null, null));
        refused("limits", () -> new Config(null, List.of(128, 192, 65), List.of(), null, null, null, null));
        refused("limits", () -> new Config(null, List.of(257, 128, 65), List.of(), null, null, null, null));
        refused("limits", () -> new Config(null, List.of(192, 128, -1), List.of(), null, null, null, null));
        refused("fills", () -> new Config(null, List.of(), List.of(0.9, 0.8, 0.95), null, null, null, null));
        refused("fills", () -> new Config(null, List.of(), List.of(0.1, 0.2, Double.NaN), null, null, null, null));
        refused("delay", () -> new Config(null, List.of(), List.of(), Duration.ofMinutes(2), null, null, null));
        refused("recovery", () -> new Config(null, List.of(), List.of(), null, null, null, Duration.ofNanos(-1)));
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
