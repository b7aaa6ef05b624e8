// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import java.nio.ByteBuffer;

/// Says what the bytes of an object are: layer, independent or not, picture number. Java face: a pure function of the object
/// and the beginning of its payload; kernel face: `WEIR_OBJECT` of a [dev.weir.spi.plan.ProgramVariant], or the layer tables
/// of [dev.weir.spi.plan.MapEntries].
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block.
///
/// **Lifetime.** Created with its policy, asked once per object before the other hooks. The buffer is read-only and belongs
/// to the relay again after the call: keep no reference to it.
///
/// **Failure.** An exception makes the relay take the object as [#singleFrame()] would, and count it; a parser that does
/// not know the bytes answers as [#singleFrame()] does.
///
/// **Units and ranges.** At most [#VISIBLE_BYTES] bytes are seen; a layer is 0 to 255.
@FunctionalInterface
public interface FrameParser {
    /// Payload bytes that a parser sees at most; more than that do not come up to the kernel's hook either.
    int VISIBLE_BYTES = 128;

    /// Looks at one object. In [DeliveryMode#STREAM] it is the first object of a subgroup; one whose header or first bytes had
    /// not come when the kernel had to decide has an empty payload.
    ///
    /// @param object what MoQT's headers say
    /// @param payload the first bytes of its payload, from position to limit, at most [#VISIBLE_BYTES]; read-only
    /// @return what it is
    FrameContent parse(MediaObject object, ByteBuffer payload);

    /// An object is one frame without layers, and the first one of a group can be decoded alone: what MoQT itself promises.
    static FrameParser singleFrame() {
        return (object, payload) -> new FrameContent(0, object.object() == 0);
    }
}
