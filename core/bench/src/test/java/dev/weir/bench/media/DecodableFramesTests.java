// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecodableFramesTests {
    /// Two groups, each K R D R D.
    private final List<DecodableFrames.Frame> all = List.of(
            frame(7, 0, 0, FrameLayer.KEY), frame(7, 1, 1, FrameLayer.REFERENCE), frame(7, 2, 2, FrameLayer.DROPPABLE),
            frame(7, 3, 2, FrameLayer.REFERENCE), frame(7, 4, 3, FrameLayer.DROPPABLE),
            frame(8, 5, 3, FrameLayer.KEY), frame(8, 6, 4, FrameLayer.REFERENCE), frame(8, 7, 5, FrameLayer.DROPPABLE),
            frame(8, 8, 5, FrameLayer.REFERENCE), frame(8, 9, 6, FrameLayer.DROPPABLE));

    @Test
    void everythingIsDecodableInWhateverOrderItCame() {
        var shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, new Random(5));

        assertThat(DecodableFrames.of(shuffled)).isEqualTo(all);
        assertThat(DecodableFrames.of(List.of())).isEmpty();
    }

    @Test
    void withoutAKeyFrameItsGroupIsLostButNoOther() {
        assertThat(numbersWithout(0)).containsExactly(5L, 6L, 7L, 8L, 9L);
        assertThat(numbersWithout(5)).containsExactly(0L, 1L, 2L, 3L, 4L);
    }

    @Test
    void withoutAReferenceFrameTheRestOfTheGroupIsLost() {
        assertThat(numbersWithout(1)).containsExactly(0L, 5L, 6L, 7L, 8L, 9L);
        assertThat(numbersWithout(8)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void aDroppableFrameIsMissedByNoOther() {
        assertThat(numbersWithout(2)).containsExactly(0L, 1L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        assertThat(numbersWithout(2, 4, 7, 9)).containsExactly(0L, 1L, 3L, 5L, 6L, 8L);
    }

    private List<Long> numbersWithout(long... missing) {
        return DecodableFrames.of(all.stream()
                        .filter(frame -> Arrays.stream(missing).noneMatch(number -> number == frame.number()))
                        .toList())
                .stream().map(DecodableFrames.Frame::number).toList();
    }

    private static DecodableFrames.Frame frame(long group, long number, long references, FrameLayer layer) {
        return new DecodableFrames.Frame(group, number, references, layer);
    }
}
