// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.spi.FanoutObject;
import dev.weir.spi.FrameContent;
import dev.weir.spi.DeliveryMode;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import dev.weir.testkit.RequiresBpf;
import dev.weir.testkit.RequiresRoot;
import dev.weir.testkit.policy.PolicyConformance;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

/// The benchmark's own policies decide in the kernel as in Java, and drop as much as they say.
@RequiresRoot
@RequiresBpf
class RandomDropIT {
    private static final int OBJECTS = 10_000;

    @Test
    void kernelAndJavaAgree() {
        PolicyConformance.of(new RandomDrop(0.4, 7), () -> List.of(LaneView.DEFAULT_CLASS)).run();
        PolicyConformance.of(new ThresholdProgram(), () -> List.of(LaneView.DEFAULT_CLASS)).run();
    }

    @Test
    void theShareIsDropped() {
        assertThat(dropped(0)).isZero();
        assertThat(dropped(0.4)).isCloseTo((long) (0.4 * OBJECTS), Offset.offset(OBJECTS / 50L));
        assertThat(dropped(1)).isEqualTo(OBJECTS);
    }

    private static long dropped(double share) {
        var filter = new RandomDrop(share, 7).filter();
        LaneState state = LaneState.fresh();
        var media = new MediaObject("a/b", 0, 0, 0, 128, DeliveryMode.DATAGRAM, 100, 1);
        var object = new FanoutObject(media, new FrameContent(0, true), new ObjectIndex(0, 0), 128);
        var lane = new LaneView(1, LaneView.DEFAULT_CLASS, 128, 1, 0, 0, 0, 0, 0, 0);
        long count = 0;
        for (int i = 0; i < OBJECTS; i++) {
            count += filter.decide(object, lane, state) instanceof Verdict.Drop ? 1 : 0;
        }
        return count;
    }
}
