// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.weir.spi.plan.MapEntries;
import dev.weir.spi.plan.Rule;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FanoutPolicyTests {
    private static final LaneView CONGESTED = lane(15_000);
    private static final LaneView FREE = lane(2_000);

    private static LaneView lane(long bytesInFlight) {
        return new LaneView(1, LaneView.DEFAULT_CLASS, 128, 12_000, bytesInFlight, 0, 5_000_000, 0, 0, 0);
    }

    private static MediaObject object(long group, long object, int priority) {
        return new MediaObject("live/cam1/video", group, 0, object, priority, DeliveryMode.DATAGRAM, 1200, 1);
    }

    private static Verdict decide(ObjectFilter filter, MediaObject object, LaneView lane) {
        var looked = new FanoutObject(
                object, new FrameContent(0, false), new ObjectIndex(object.group(), object.group()), object.priority());
        return filter.decide(looked, lane, LaneState.fresh());
    }

    @Test
    void defaultPolicyForwardsEveryObjectToEverybody() {
        ObjectFilter filter = FanoutPolicy.passAll().filter();

        assertThat(decide(filter, object(0, 0, 255), CONGESTED)).isEqualTo(Verdict.forward());
        assertThat(decide(filter, object(-1L, -1L, 0), FREE)).isEqualTo(Verdict.forward());
    }

    @Test
    void defaultPolicyTakesFromMoqtWhatTheOtherHooksAsk() {
        FanoutPolicy policy = FanoutPolicy.passAll();
        MediaObject first = object(7, 0, 10);
        MediaObject second = object(7, 1, 20);
        FrameContent content = policy.frames().parse(first, ByteBuffer.allocate(0));

        assertThat(content).isEqualTo(new FrameContent(0, true));
        assertThat(policy.frames().parse(second, ByteBuffer.allocate(0))).isEqualTo(new FrameContent(0, false));
        assertThat(policy.indexer().index(second, content)).isEqualTo(new ObjectIndex(7, 7));
        assertThat(policy.priorities().assign(second, content, new ObjectIndex(7, 7))).isEqualTo(20);
    }

    /// The policy that the package's documentation shows.
    @Test
    void tablesMakeAWholePolicy() {
        FanoutPolicy urgentOnly = MapEntries.policy(
                MapEntries.builder().otherwise(Rule.all().limitAbove(0.9, 64)).build());

        assertThat(decide(urgentOnly.filter(), object(0, 0, 63), CONGESTED)).isEqualTo(Verdict.forward());
        assertThat(decide(urgentOnly.filter(), object(0, 0, 64), CONGESTED)).isEqualTo(Verdict.drop("priority"));
        assertThat(decide(urgentOnly.filter(), object(0, 0, 64), FREE)).isEqualTo(Verdict.forward());
        assertThat(urgentOnly.priorities().assign(object(0, 0, 9), new FrameContent(0, true), new ObjectIndex(0, 0)))
                .isEqualTo(9);
    }

    @Test
    void headroomIsNeverNegative() {
        assertThat(CONGESTED.headroom()).isZero();
        assertThat(FREE.headroom()).isEqualTo(10_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Congested", "too late", "1st", "späte"})
    void dropReasonMustNameACounter(String reason) {
        assertThatIllegalArgumentException().isThrownBy(() -> Verdict.drop(reason)).withMessageContaining("counter");
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> object(0, 0, 256));
        assertThatIllegalArgumentException().isThrownBy(() -> object(0, 0, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> new FrameContent(-1, true));
        assertThatIllegalArgumentException().isThrownBy(() -> new ObjectIndex(1, -1L));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MediaObject("t", 0, 0, 0, 0, DeliveryMode.STREAM, -1, 0));
    }
}
