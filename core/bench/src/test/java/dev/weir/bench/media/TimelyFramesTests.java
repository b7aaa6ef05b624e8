// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.moqt.Location;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TimelyFramesTests {
    private static final long LIMIT = 1000;

    private final TimelyFrames frames = new TimelyFrames(LIMIT);

    private void piece(int frame, int references, int index, int count, FrameLayer layer, long latency) {
        byte[] payload = new FrameChunk(frame, references, index, count, new byte[] {1}).encode();
        frames.add(new Location(0, frame * 10L + index), layer.priority(), payload, latency);
    }

    @Test
    void wholeFramesInTimeCount() {
        piece(0, 0, 0, 2, FrameLayer.KEY, 5);
        piece(0, 0, 1, 2, FrameLayer.KEY, LIMIT);
        piece(1, 1, 0, 1, FrameLayer.REFERENCE, 5);
        piece(2, 2, 0, 1, FrameLayer.DROPPABLE, 5);

        assertThat(frames.decodable()).isEqualTo(Map.of(FrameLayer.KEY, 1L, FrameLayer.REFERENCE, 1L, FrameLayer.DROPPABLE, 1L));
    }

    @Test
    void aPieceThatIsLateTakesItsFrameAndAllThatNeedItAlong() {
        piece(0, 0, 0, 1, FrameLayer.KEY, 5);
        piece(1, 1, 0, 2, FrameLayer.REFERENCE, 5);
        piece(1, 1, 1, 2, FrameLayer.REFERENCE, LIMIT + 1);
        piece(2, 2, 0, 1, FrameLayer.DROPPABLE, 5);

        assertThat(frames.decodable()).isEqualTo(Map.of(FrameLayer.KEY, 1L));
    }

    @Test
    void aPieceThatComesTwiceIsOne() {
        piece(0, 0, 0, 2, FrameLayer.KEY, 5);
        piece(0, 0, 0, 2, FrameLayer.KEY, 6);

        assertThat(frames.decodable()).isEmpty();
    }
}
