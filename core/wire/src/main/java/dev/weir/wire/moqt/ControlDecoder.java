// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/// Takes the bytes of one control or request stream as they come and gives whole messages. Not thread-safe.
public final class ControlDecoder {
    private ByteBuffer buffer = ByteBuffer.allocate(256).limit(0);

    /// Adds bytes of the stream.
    public void feed(byte[] bytes) {
        feed(bytes, 0, bytes.length);
    }

    /// Adds bytes of the stream.
    public void feed(byte[] bytes, int offset, int length) {
        ByteBuffer joined = ByteBuffer.allocate(buffer.remaining() + length);
        joined.put(buffer).put(bytes, offset, length).flip();
        buffer = joined;
    }

    /// The next whole message; null if more bytes are needed.
    ///
    /// @throws MoqtException if the bytes are no message of draft-18
    public @Nullable ControlMessage next() {
        return ControlCodec.decode(buffer);
    }
}
