// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FanoutPolicyTests {
    private static final LaneView CONGESTED = new LaneView(128, 12_000, 15_000, 5_000_000);
    private static final LaneView FREE = new LaneView(128, 12_000, 2_000, 5_000_000);

    private static MediaObject object(long group, long object, int priority) {
        return new MediaObject("live/cam1/video", group, 0, object, priority, DeliveryMode.DATAGRAM, 1200);
    }

    @Test
    void defaultPolicyForwardsEveryObjectToEverybody() {
        ObjectFilter filter = FanoutPolicy.passAll().filter();

        assertThat(filter.decide(object(0, 0, 255), CONGESTED)).isEqualTo(Verdict.forward());
        assertThat(filter.decide(object(-1L, -1L, 0), FREE)).isEqualTo(Verdict.forward());
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
    void policyReplacesOnlyTheHooksItNeeds() {
        FanoutPolicy urgentOnly = new FanoutPolicy() {
            @Override
            public ObjectFilter filter() {
                return (object, lane) -> object.priority() < 64 || lane.headroom() >= object.size()
                        ? Verdict.forward()
                        : Verdict.drop("congested");
            }
        };

        assertThat(urgentOnly.filter().decide(object(0, 0, 63), CONGESTED)).isInstanceOf(Verdict.Forward.class);
        assertThat(urgentOnly.filter().decide(object(0, 0, 64), CONGESTED)).isEqualTo(new Verdict.Drop("congested"));
        assertThat(urgentOnly.filter().decide(object(0, 0, 64), FREE)).isInstanceOf(Verdict.Forward.class);
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
                .isThrownBy(() -> new MediaObject("t", 0, 0, 0, 0, DeliveryMode.STREAM, -1));
    }
}
