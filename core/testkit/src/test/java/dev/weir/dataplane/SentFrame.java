// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.wire.quic.Frame;
import dev.weir.wire.quic.FrameWalk;
import dev.weir.wire.quic.FrameWalker;
import java.util.Arrays;
import java.util.List;

/// A frame in a copy. Copies hold nothing but STREAM, DATAGRAM and PADDING.
///
/// @param streamId -1 for a DATAGRAM
/// @param hasLength whether the frame says its length
/// @param data in hexadecimal, so that frames can be compared
record SentFrame(long streamId, long offset, boolean fin, boolean hasLength, String data) {
    static SentFrame stream(long id, long offset, byte[] data, boolean fin, boolean hasLength) {
        return new SentFrame(id, offset, fin, hasLength, Bytes.hex(data));
    }

    static SentFrame datagram(byte[] data, boolean hasLength) {
        return new SentFrame(-1, 0, false, hasLength, Bytes.hex(data));
    }

    /// All frames but PADDING; a copy without fault has no others.
    static List<SentFrame> parse(byte[] plaintext) {
        FrameWalk walk = FrameWalker.walk(plaintext);
        assertThat(walk).as("frames of a copy").isInstanceOf(FrameWalk.WellFormed.class);
        return walk.frames().stream().filter(frame -> !frame.isPadding()).map(frame -> of(frame, plaintext)).toList();
    }

    private static SentFrame of(Frame frame, byte[] plaintext) {
        byte[] data = Arrays.copyOfRange(plaintext, frame.dataOffset(), frame.dataOffset() + frame.dataLength());
        if (frame.isStream()) {
            return stream(frame.streamId(), frame.streamOffset(), data, frame.fin(), (frame.type() & 2) != 0);
        }
        assertThat(frame.isDatagram()).as("type %s in a copy", frame.type()).isTrue();
        return datagram(data, (frame.type() & 1) != 0);
    }
}
