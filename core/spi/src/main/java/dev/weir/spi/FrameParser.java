// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import java.nio.ByteBuffer;

/// Says what the bytes of an object are. Java face: a pure function of the object; kernel face: none yet, the data plane
/// reads MoQT headers only, which is what [#singleFrame()] does.
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block.
///
/// **Lifetime.** Created with its policy, asked once per object, in the order in which objects arrive. The buffer is
/// read-only and belongs to the relay again after the call: keep no reference to it.
///
/// **Failure.** An exception makes the relay take the object as [#singleFrame()] would, and count it; a parser that does
/// not know the bytes answers that they are independent, layer 0.
@FunctionalInterface
public interface FrameParser {
    /// Looks at one object.
    ///
    /// @param object what MoQT's headers say
    /// @param payload its payload from position to limit, as far as it has come; read-only
    /// @return what it is
    FrameContent parse(MediaObject object, ByteBuffer payload);

    /// An object is one frame without layers, and the first one of a group can be decoded alone: what MoQT itself promises.
    static FrameParser singleFrame() {
        return (object, payload) -> new FrameContent(0, object.object() == 0);
    }
}
