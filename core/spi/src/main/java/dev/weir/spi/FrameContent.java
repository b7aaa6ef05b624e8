// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// What a [FrameParser] found in an object.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made by a [FrameParser], once per object and policy; it may be kept.
///
/// **Failure.** A layer out of range is an [IllegalArgumentException], which the relay takes as the parser's failure.
///
/// **Units and ranges.** Below; the picture is unsigned and need not grow by one.
///
/// @param layer layer of a scalable encoding, 0 to 255; 0 for the base layer and for media without layers; an object needs
/// those of lower layers
/// @param independent whether it can be decoded without the objects before it
/// @param picture the picture's number as its payload gives it, unsigned; [#UNKNOWN_PICTURE] if it gives none
public record FrameContent(int layer, boolean independent, long picture) {
    /// The payload does not number its pictures.
    public static final long UNKNOWN_PICTURE = -1;

    /// @throws IllegalArgumentException if the layer is out of range
    public FrameContent {
        if (layer < 0 || layer > 255) {
            throw new IllegalArgumentException("a layer is 0 to 255, not " + layer);
        }
    }

    /// Content whose payload does not number its pictures.
    public FrameContent(int layer, boolean independent) {
        this(layer, independent, UNKNOWN_PICTURE);
    }
}
