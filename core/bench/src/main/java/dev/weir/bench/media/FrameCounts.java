// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

import java.util.List;
import java.util.Map;

/// What a subscriber received of a track that is published by layer, by layer; of another track, nothing.
///
/// @param layers one entry per layer, the most important first; empty if the track is not published by layer
/// @param missing frames that did not arrive whole, of the first layer, of the first two, and of all three, as far as what did
///     arrive tells: frames behind the last one of the track are not known of
/// @param decodableByGroup frames of all layers that could be decoded, by group
public record FrameCounts(List<Layer> layers, List<Long> missing, Map<Long, Long> decodableByGroup) {
    /// Of a track that is not published by layer.
    public static final FrameCounts NONE = new FrameCounts(List.of(), List.of(), Map.of());

    /// Copies the collections.
    public FrameCounts {
        layers = List.copyOf(layers);
        missing = List.copyOf(missing);
        decodableByGroup = Map.copyOf(decodableByGroup);
    }

    /// One layer.
    ///
    /// @param layer which
    /// @param objects received
    /// @param frames received whole
    /// @param decodable frames of them that could be decoded, see [DecodableFrames]
    public record Layer(FrameLayer layer, long objects, long frames, long decodable) {}

    /// @return whether the track is published by layer
    public boolean isLayered() {
        return !layers.isEmpty();
    }

    /// @return frames of all layers that could be decoded
    public long decodable() {
        return layers.stream().mapToLong(Layer::decodable).sum();
    }

    /// @param group the first that counts
    /// @return frames of all layers that could be decoded, of this group and those behind it
    public long decodableFrom(long group) {
        return sumFrom(decodableByGroup, group);
    }

    /// @param byGroup counts by group
    /// @param group the first that counts
    /// @return their sum from this group on
    public static long sumFrom(Map<Long, Long> byGroup, long group) {
        return byGroup.entrySet().stream().filter(each -> each.getKey() >= group).mapToLong(Map.Entry::getValue).sum();
    }

    /// @param expected how many layers are expected, 1 to 3
    /// @return frames of these that did not arrive whole
    public long missing(int expected) {
        return isLayered() ? missing.get(expected - 1) : 0;
    }

    /// @param expected how many layers are expected, 1 to 3
    /// @return objects of the other layers
    public long unexpected(int expected) {
        return layers.stream().skip(expected).mapToLong(Layer::objects).sum();
    }
}
