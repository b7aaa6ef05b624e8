// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.wire.moqt.MoqtException;
import org.junit.jupiter.api.Test;

class FrameChunkTests {
    @Test
    void theHeaderIsNeverLongerThanItSays() {
        var chunk = new FrameChunk((1 << 28) - 1, (1 << 28) - 1, (1 << 14) - 2, (1 << 14) - 1, new byte[] {1, 2, 3});

        assertThat(chunk.encode()).hasSize(FrameChunk.HEADER_SIZE + 3);
        assertThat(FrameChunk.decode(chunk.encode())).usingRecursiveComparison().isEqualTo(chunk);
    }

    @Test
    void nonsenseIsRefused() {
        assertRefused(new FrameChunk(3, 4, 0, 1, new byte[1]));
        assertRefused(new FrameChunk(3, 1, 1, 1, new byte[1]));
        assertRefused(new FrameChunk(3, 1, 0, 0, new byte[1]));
        assertRefused(new FrameChunk(3, 1, 0, (1 << 14) + 1, new byte[1]));
        assertThatThrownBy(() -> FrameChunk.decode(new byte[] {1, 1})).isInstanceOf(MoqtException.class);
    }

    @Test
    void layersAndPrioritiesBelongTogether() {
        for (FrameLayer layer : FrameLayer.values()) {
            assertThat(layer.priority()).isEqualTo(64 * (layer.subgroup() + 1));
            assertThat(FrameLayer.ofPriority(layer.priority())).isEqualTo(layer);
        }
        assertThat(FrameLayer.ofPriority(0)).isEqualTo(FrameLayer.KEY);
        assertThat(FrameLayer.ofPriority(65)).isEqualTo(FrameLayer.REFERENCE);
        assertThat(FrameLayer.ofPriority(255)).isEqualTo(FrameLayer.DROPPABLE);
    }

    private static void assertRefused(FrameChunk chunk) {
        assertThatThrownBy(() -> FrameChunk.decode(chunk.encode())).isInstanceOf(MoqtException.class);
    }
}
