// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.keyframegate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.plugins.keyframegate.KeyframeGateProvider.Config;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FanoutPolicyProvider;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.PolicyConfigurationException;
import dev.weir.spi.Verdict;
import dev.weir.spi.plan.ProgramVariant;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class KeyframeGateTests {
    private static final long WINDOW = 10_000;

    private final FanoutPolicy gate = new KeyframeGateProvider().create(new Config(null));
    private final LaneState state = LaneState.fresh();

    private static LaneView lane(long inFlight) {
        return new LaneView(1, LaneView.DEFAULT_CLASS, 128, WINDOW, inFlight, 0, 0, 0, 0, 0);
    }

    private static FanoutObject object(int layer, boolean independent, long index, long restart, int size) {
        var media = new MediaObject("live/cam1", index, 0, 1, 128, DeliveryMode.DATAGRAM, size, 1);
        return new FanoutObject(media, new FrameContent(layer, independent), new ObjectIndex(index, restart), 128);
    }

    /// The verdict, remembered as the relay does.
    private Verdict decide(FanoutObject object, long inFlight) {
        Verdict verdict = gate.filter().decide(object, lane(inFlight), state);
        if (verdict.equals(Verdict.forward())) {
            state.forwarded(object.index().index());
        }
        return verdict;
    }

    private Verdict key(long group, long inFlight) {
        return decide(object(0, true, group, group, 1_000), inFlight);
    }

    private Verdict delta(int layer, long group, long inFlight) {
        return decide(object(layer, false, group, group, 1_000), inFlight);
    }

    @Test
    void subscriberStartsAtAnIndependentObject() {
        assertThat(delta(1, 4, 0)).isEqualTo(Verdict.drop("start"));
        assertThat(delta(1, 4, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(key(5, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 5, 0)).isEqualTo(Verdict.forward());
    }

    @Test
    void groupWithoutItsKeyFrameIsLeftOut() {
        key(5, 0);

        assertThat(delta(1, 6, 0)).isEqualTo(Verdict.drop("start"));
        assertThat(delta(2, 6, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(key(7, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 7, 0)).isEqualTo(Verdict.forward());
    }

    @Test
    void whatDependsOnADropIsDroppedUntilDecodingCanStartAgain() {
        key(5, 0);

        assertThat(delta(1, 5, 9_500)).isEqualTo(Verdict.drop("room"));
        assertThat(delta(1, 5, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(delta(2, 5, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(delta(0, 5, 0)).isEqualTo(Verdict.forward());
        assertThat(key(6, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(2, 6, 0)).isEqualTo(Verdict.forward());
    }

    @Test
    void layersBelowTheDropGoOn() {
        key(5, 0);

        assertThat(delta(2, 5, 9_500)).isEqualTo(Verdict.drop("room"));
        assertThat(delta(1, 5, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(3, 5, 0)).isEqualTo(Verdict.drop("dependency"));
    }

    @Test
    void layersFromFourOnCountAsThree() {
        key(5, 0);

        assertThat(delta(200, 5, 9_500)).isEqualTo(Verdict.drop("room"));
        assertThat(delta(3, 5, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(delta(2, 5, 0)).isEqualTo(Verdict.forward());
        assertThat(state.word(3)).isEqualTo(6);
    }

    /// Group 6's key frame was lost on the way; what depends on it comes late.
    @Test
    void lateObjectsOfAGroupWhoseKeyFrameWasNeverSentAreLeftOut() {
        key(5, 0);
        key(7, 0);

        assertThat(delta(1, 6, 0)).isEqualTo(Verdict.drop("start"));
        assertThat(delta(1, 7, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 5, 0)).as("late, and its key frame was sent").isEqualTo(Verdict.drop("dependency"));
        assertThat(delta(0, 5, 0)).isEqualTo(Verdict.forward());
    }

    @Test
    void aKeyFrameThatWasOvertakenByTheNextOneStartsItsGroup() {
        key(7, 0);
        key(6, 0);

        assertThat(delta(1, 6, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 7, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(0, 5, 0)).isEqualTo(Verdict.drop("start"));
    }

    @Test
    void sixtyFourGroupsBackAreRemembered() {
        key(100, 0);
        key(101, 0);
        key(164, 0);

        assertThat(delta(0, 101, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(0, 100, 0)).isEqualTo(Verdict.drop("start"));
        assertThat(key(99, 0)).as("nothing can be noted of it").isEqualTo(Verdict.forward());
        assertThat(delta(0, 99, 0)).isEqualTo(Verdict.drop("dependency"));
        assertThat(key(1_000_000, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(0, 1_000_000, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 999_999, 0)).isEqualTo(Verdict.drop("start"));
    }

    /// What the policy before it has forwarded is in the state that is kept.
    @Test
    void aGateThatTakesOverGoesOnWithTheGroup() {
        state.forwarded(5);

        assertThat(delta(1, 5, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(1, 6, 0)).isEqualTo(Verdict.drop("start"));
    }

    @Test
    void dropOfTheBaseShowsInTheStateThatIsKept() {
        assertThat(key(5, 9_001)).isEqualTo(Verdict.drop("room"));

        assertThat(state.dropUntil()).isEqualTo(6);
        assertThat(delta(0, 5, 0)).isEqualTo(Verdict.drop("dependency"));
    }

    @Test
    void independentObjectPassesWhateverWasDroppedBefore() {
        delta(0, 5, 0);

        assertThat(key(5, 0)).isEqualTo(Verdict.forward());
        assertThat(delta(0, 5, 0)).isEqualTo(Verdict.drop("dependency"));
    }

    /// 1000 bytes in a window of 10,000; share 0.9.
    @ParameterizedTest
    @CsvSource({"1, 9000, forward", "1, 9001, room", "0, 9000, forward", "0, 9001, room", "1, 10000, room",
        "1, 20000, room"})
    void bytesMustFitIntoTheWindow(int layer, long inFlight, String expected) {
        key(5, 0);

        assertThat(delta(layer, 5, inFlight)).isEqualTo(verdict(expected));
    }

    /// In STREAM mode the size is not known: only the share counts, and not for the base.
    @ParameterizedTest
    @CsvSource({"1, 9000, forward", "1, 9001, share", "0, 9001, forward", "0, 30000, forward", "1, 30000, share"})
    void shareOfTheWindowIsForTheBase(int layer, long inFlight, String expected) {
        key(5, 0);

        assertThat(decide(object(layer, false, 5, 5, 0), inFlight)).isEqualTo(verdict(expected));
    }

    private static Verdict verdict(String text) {
        return text.equals("forward") ? Verdict.forward() : Verdict.drop(text);
    }

    @Test
    void highestIndexDoesNotWrap() {
        assertThat(key(-1L, 9_500)).isEqualTo(Verdict.drop("room"));
        assertThat(state.dropUntil()).isEqualTo(-1L);
        assertThat(delta(0, -2L, 0)).isEqualTo(Verdict.drop("dependency"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0", "1, 0", "64, 0", "65, 1", "128, 1", "129, 2", "192, 2", "193, 3", "255, 3"})
    void priorityTellsTheLayer(int priority, int layer) {
        var media = new MediaObject("t", 1, 0, 1, priority, DeliveryMode.DATAGRAM, 10, 1);

        assertThat(gate.frames().parse(media, ByteBuffer.allocate(0))).isEqualTo(new FrameContent(layer, false));
    }

    /// The kernel may not have seen the first object of a subgroup yet, and gives it the ID 0.
    @Test
    void firstObjectOfALaterSubgroupIsNotIndependent() {
        var first = new MediaObject("t", 1, 0, 0, 64, DeliveryMode.STREAM, 0, 1);
        var later = new MediaObject("t", 1, 1, 0, 128, DeliveryMode.STREAM, 0, 1);

        assertThat(gate.frames().parse(first, ByteBuffer.allocate(0)).independent()).isTrue();
        assertThat(gate.frames().parse(later, ByteBuffer.allocate(0)).independent()).isFalse();
    }

    /// The promise itself: for 200 random subscribers, whatever is forwarded depends on nothing that the gate has dropped.
    @Test
    void nothingForwardedDependsOnADrop() {
        var random = new Random(3);
        int forwarded = 0;
        for (int subscriber = 0; subscriber < 200; subscriber++) {
            forwarded += checkSubscriber(random);
        }
        assertThat(forwarded).isGreaterThan(1_000);
    }

    private int checkSubscriber(Random random) {
        LaneState memory = LaneState.fresh();
        var dropped = new ArrayList<FanoutObject>();
        int forwarded = 0;
        long restart = 0;
        for (long index = 0; index < 300; index++) {
            boolean independent = random.nextInt(12) == 0;
            restart = independent ? index : restart;
            FanoutObject object = object(independent ? 0 : random.nextInt(10), independent, index, restart, 1_000);
            if (gate.filter().decide(object, lane(random.nextInt(9_700)), memory).equals(Verdict.forward())) {
                memory.forwarded(index);
                forwarded++;
                assertThat(independent ? List.<FanoutObject>of() : dropped)
                        .noneMatch(lost -> lost.index().index() >= object.index().restart()
                                && Math.min(lost.content().layer(), 3) <= Math.min(object.content().layer(), 3));
            } else {
                dropped.add(object);
            }
        }
        return forwarded;
    }

    /// The same where objects overtake each other, also across groups, and key frames get lost: for whatever is forwarded, its group's key
    /// frame was forwarded before, and nothing of its group that it needs was dropped.
    @Test
    void nothingForwardedDependsOnADropWhereObjectsOvertakeEachOther() {
        var random = new Random(5);
        int late = 0;
        for (int subscriber = 0; subscriber < 200; subscriber++) {
            late += checkReordered(random);
        }
        assertThat(late).as("forwarded after an object of a later group").isGreaterThan(1_000);
    }

    private int checkReordered(Random random) {
        LaneState memory = LaneState.fresh();
        var started = new HashSet<Long>();
        var dropped = new ArrayList<FanoutObject>();
        long newest = 0;
        int late = 0;
        for (FanoutObject object : overtaking(random)) {
            long group = object.index().index();
            if (!gate.filter().decide(object, lane(random.nextInt(9_700)), memory).equals(Verdict.forward())) {
                dropped.add(object);
                continue;
            }
            memory.forwarded(group);
            late += group < newest ? 1 : 0;
            newest = Math.max(newest, group);
            if (object.content().independent()) {
                started.add(group);
                continue;
            }
            assertThat(started).contains(group);
            assertThat(dropped).noneMatch(lost -> lost.index().index() == group
                    && !lost.content().independent()
                    && lost.content().layer() <= object.content().layer());
        }
        return late;
    }

    /// Groups of a key frame, which gets lost now and then, and some more; each object comes up to 12 places late.
    private static List<FanoutObject> overtaking(Random random) {
        record Placed(double place, FanoutObject object) {}
        var placed = new ArrayList<Placed>();
        for (long group = 0; group < 60; group++) {
            int size = 2 + random.nextInt(8);
            for (int i = random.nextInt(8) == 0 ? 1 : 0; i < size; i++) {
                var object = object(i == 0 ? 0 : random.nextInt(4), i == 0, group, group, 1_000);
                placed.add(new Placed(placed.size() + random.nextDouble(12), object));
            }
        }
        placed.sort(Comparator.comparingDouble(Placed::place));
        return placed.stream().map(Placed::object).toList();
    }

    @Test
    void planHoldsTheProgramAndItsNumbers() {
        var plan = (ProgramVariant) new KeyframeGateProvider()
                .create(new Config(0.75))
                .plan(() -> List.of("default"))
                .orElseThrow();

        assertThat(plan.object()).startsWith(0x7f, 'E', 'L', 'F');
        assertThat(plan.config()).containsExactly(750L);
        assertThat(plan.vectors()).extracting("expected").contains(Verdict.forward(), Verdict.drop("room"));
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
    void sharesOutOfRangeAreRefused(double share) {
        assertThatThrownBy(() -> new Config(share))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("0 to 1");
    }

    @Test
    void jarNamesItsProvider() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("keyframe-gate");
    }
}
