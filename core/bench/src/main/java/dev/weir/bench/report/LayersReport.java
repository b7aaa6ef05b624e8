// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.report;

import dev.weir.bench.media.FrameCounts;
import dev.weir.bench.media.FrameLayer;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a subscriber received of a track that is published by layer.
///
/// @param perLayer one entry per layer, the most important first
/// @param decodableFrames of all layers; what the file has
/// @param missingFrames of the expected layers that did not arrive whole, as far as the others tell
/// @param unexpectedObjects of layers that are not expected
/// @param expectedLayers how many must come, and no more; null: whatever comes is right
public record LayersReport(
        List<LayerReport> perLayer, long decodableFrames, long missingFrames, long unexpectedObjects, @Nullable Integer expectedLayers) {

    /// One layer.
    ///
    /// @param name such as `key`
    /// @param subgroup ID of its subgroups in STREAM mode
    /// @param priority publisher priority
    /// @param objects received
    /// @param frames received whole
    /// @param decodable frames of them that can be decoded with what else was received
    public record LayerReport(String name, int subgroup, int priority, long objects, long frames, long decodable) {
        private static LayerReport of(FrameCounts.Layer counts) {
            FrameLayer layer = counts.layer();
            return new LayerReport(layer.name().toLowerCase(Locale.ROOT), layer.subgroup(), layer.priority(),
                    counts.objects(), counts.frames(), counts.decodable());
        }
    }

    /// @param counts what came
    /// @param expected how many layers must come, and no more, 1 to 3; null: whatever comes is right
    /// @return the report; null if the track is not published by layer
    public static @Nullable LayersReport of(FrameCounts counts, @Nullable Integer expected) {
        if (!counts.isLayered()) {
            return null;
        }
        int layers = expected == null ? FrameLayer.COUNT : expected;
        return new LayersReport(counts.layers().stream().map(LayerReport::of).toList(), counts.decodable(),
                counts.missing(layers), counts.unexpected(layers), expected);
    }

    /// @return whether exactly the expected layers came, all of each, or nothing is expected
    boolean isAsExpected() {
        return expectedLayers == null || missingFrames == 0 && unexpectedObjects == 0;
    }

    /// @return all of it for a person
    String sentence() {
        return perLayer.stream()
                .map(layer -> layer.frames() + " " + layer.name() + " (" + layer.objects() + " objects)")
                .collect(Collectors.joining(", ", "Frames: ", "")) + "; " + decodableFrames + " decodable, " + missingFrames
                + " missing, " + unexpectedObjects + " objects of layers that were not expected.";
    }
}
