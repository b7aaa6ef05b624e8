// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.media.FrameLayer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LayersReportTests {
    private static final FrameCounts.Layer KEY = new FrameCounts.Layer(FrameLayer.KEY, 20, 2, 2);
    private static final FrameCounts.Layer REFERENCE = new FrameCounts.Layer(FrameLayer.REFERENCE, 30, 9, 8);
    private static final FrameCounts.Layer DROPPABLE = new FrameCounts.Layer(FrameLayer.DROPPABLE, 0, 0, 0);
    private static final FrameCounts COUNTS = new FrameCounts(List.of(KEY, REFERENCE, DROPPABLE), List.of(0L, 0L, 17L), Map.of());

    @Test
    void exactlyTheExpectedLayersMustCome() {
        assertThat(report(2).isGood()).isTrue();
        assertThat(report(1).isGood()).as("30 objects too many").isFalse();
        assertThat(report(3).isGood()).as("17 frames missing").isFalse();
        assertThat(report(null).isGood()).as("nothing is expected").isTrue();
    }

    @Test
    void theReportHasEveryLayer() {
        LayersReport report = LayersReport.of(COUNTS, 2);

        assertThat(report).isEqualTo(new LayersReport(List.of(
                new LayersReport.LayerReport("key", 0, 64, 20, 2, 2),
                new LayersReport.LayerReport("reference", 1, 128, 30, 9, 8),
                new LayersReport.LayerReport("droppable", 2, 192, 0, 0, 0)), 10, 0, 0, 2));
        assertThat(report(1).sentence()).contains("2 key (20 objects), 9 reference (30 objects), 0 droppable (0 objects);"
                + " 10 decodable, 0 missing, 30 objects of layers that were not expected.");
    }

    @Test
    void otherTracksHaveNoLayers() {
        assertThat(LayersReport.of(FrameCounts.NONE, 2)).isNull();
    }

    private static ReceptionReport report(@Nullable Integer expected) {
        return new ReceptionReport("[::1]:9", 50, 0, 0, 0, 0, 0, 0, "00", new Latency(1, 2, 3), "it was over",
                LayersReport.of(COUNTS, expected), null);
    }
}
