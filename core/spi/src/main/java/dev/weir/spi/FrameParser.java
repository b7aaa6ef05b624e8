// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Says what the payload of an object is, once per object: a pure function in Java, part of the candidate's parsing in the
/// kernel.
///
/// Thread: any thread of the relay, one at a time per track. Lifetime: as long as its policy is in force. Failure: an
/// exception counts as "nothing known".
@FunctionalInterface
public interface FrameParser {
    /// What a payload is.
    ///
    /// @param independent decodable without any other object
    /// @param layer temporal layer, 0 is the base
    record FrameInfo(boolean independent, int layer) {}

    /// Describes an object.
    FrameInfo parse(MediaObject object);

    /// The first object of a group is independent, everything is in the base layer.
    static FrameParser groupStart() {
        return object -> new FrameInfo(object.object() == 0, 0);
    }
}
