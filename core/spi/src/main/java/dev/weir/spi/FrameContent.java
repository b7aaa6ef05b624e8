// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// What a [FrameParser] found in an object.
///
/// @param layer layer of a scalable encoding, 0 for the base layer and for media without layers; an object needs those of
/// lower layers
/// @param independent whether it can be decoded without the objects before it
public record FrameContent(int layer, boolean independent) {
    /// @throws IllegalArgumentException if the layer is negative
    public FrameContent {
        if (layer < 0) {
            throw new IllegalArgumentException("a layer is not negative: " + layer);
        }
    }
}
