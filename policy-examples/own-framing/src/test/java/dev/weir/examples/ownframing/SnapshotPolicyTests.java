// SPDX-License-Identifier: Apache-2.0
package dev.weir.examples.ownframing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.examples.ownframing.OwnFramingProvider.Config;
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
import java.nio.ByteBuffer;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

/// How payloads are read and who gets them, in Java.
class SnapshotPolicyTests {
    private static final MediaObject OBJECT = new MediaObject("fan/1", 9, 0, 1, 128, DeliveryMode.DATAGRAM, 50, 1);
    private static final LaneView LANE = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 10_000, 0, 0, 0, 0, 0, 0);

    private static FrameContent parse(int... bytes) {
        var payload = ByteBuffer.allocate(bytes.length);
        for (int value : bytes) {
            payload.put((byte) value);
        }
        return new SnapshotPolicy(SnapshotPolicy.DETAILS).frames().parse(OBJECT, payload.flip().asReadOnlyBuffer());
    }

    private static Verdict decide(FanoutPolicy policy, LaneState state, FrameContent content) {
        var object = new FanoutObject(OBJECT, content, new ObjectIndex(9, 9), 128);
        Verdict verdict = policy.filter().decide(object, LANE, state);
        if (verdict instanceof Verdict.Forward) {
            state.forwarded(9);
        }
        return verdict;
    }

    @Test
    void readsTypeAndNumber() {
        assertThat(parse(1, 0, 0, 1, 2, 99)).isEqualTo(new FrameContent(0, true, 258));
        assertThat(parse(2, 255, 255, 255, 255)).isEqualTo(new FrameContent(1, false, 0xffff_ffffL));
        assertThat(parse(3, 0, 0, 0, 0)).isEqualTo(new FrameContent(2, false, 0));
    }

    @Test
    void takesUnknownBytesForSnapshots() {
        var unknown = new FrameContent(0, true);
        assertThat(parse()).isEqualTo(unknown);
        assertThat(parse(2, 0, 0, 0)).isEqualTo(unknown);
        assertThat(parse(0, 0, 0, 0, 0)).isEqualTo(unknown);
        assertThat(parse(4, 0, 0, 0, 0)).isEqualTo(unknown);
        assertThat(parse(130, 0, 0, 0, 0)).isEqualTo(unknown);
    }

    @Test
    void startsAtASnapshot() {
        var policy = new SnapshotPolicy(SnapshotPolicy.DETAILS);
        LaneState state = LaneState.fresh();

        assertThat(decide(policy, state, new FrameContent(1, false))).isEqualTo(Verdict.drop("start"));
        assertThat(decide(policy, state, new FrameContent(0, true))).isEqualTo(Verdict.forward());
        assertThat(decide(policy, state, new FrameContent(2, false))).isEqualTo(Verdict.forward());
    }

    @Test
    void leavesLayersOut() {
        FanoutPolicy policy = new OwnFramingProvider().create(new Config(1));
        LaneState state = LaneState.fresh();
        state.forwarded(1);

        assertThat(decide(policy, state, new FrameContent(1, false))).isEqualTo(Verdict.forward());
        assertThat(decide(policy, state, new FrameContent(2, false))).isEqualTo(Verdict.drop("layer"));
    }

    @Test
    void refusesALayerThatIsNone() {
        assertThat(new Config(null).highestLayer()).isEqualTo(2);
        assertThatThrownBy(() -> new Config(3))
                .isInstanceOf(PolicyConfigurationException.class)
                .hasMessageContaining("highest-layer");
        assertThatThrownBy(() -> new Config(-1)).isInstanceOf(PolicyConfigurationException.class);
    }

    @Test
    void isFoundInItsJar() {
        assertThat(ServiceLoader.load(FanoutPolicyProvider.class))
                .singleElement()
                .extracting(provider -> provider.name())
                .isEqualTo("own-framing");
    }
}
