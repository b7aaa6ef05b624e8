// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.wire.moqt.ControlCodec;
import dev.weir.wire.moqt.ControlDecoder;
import dev.weir.wire.moqt.ControlMessage;
import dev.weir.wire.moqt.ControlMessage.UnsupportedRequest;
import dev.weir.wire.moqt.MoqtException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Control streams: messages or a [MoqtException], the same however the bytes arrive, and messages can be written again.
class ControlFuzzTests {
    /// @param error what the stream ended with; null: it goes on
    private record Decoded(List<ControlMessage> messages, @Nullable String error) {}

    @FuzzTest
    void messages(byte[] stream) {
        Decoded whole = decode(stream, stream.length);

        assertThat(decode(stream, stream.length / 2)).isEqualTo(whole);
        whole.messages.forEach(ControlFuzzTests::writeAgain);
    }

    private static Decoded decode(byte[] stream, int split) {
        var decoder = new ControlDecoder();
        var messages = new ArrayList<ControlMessage>();
        try {
            decoder.feed(stream, 0, split);
            take(decoder, messages);
            decoder.feed(stream, split, stream.length - split);
            take(decoder, messages);
            return new Decoded(messages, null);
        } catch (MoqtException e) {
            return new Decoded(messages, e.error() + ": " + e.getMessage());
        }
    }

    private static void take(ControlDecoder decoder, List<ControlMessage> messages) {
        ControlMessage message;
        while ((message = decoder.next()) != null) {
            messages.add(message);
        }
    }

    private static void writeAgain(ControlMessage message) {
        if (message instanceof UnsupportedRequest) {
            return; // only its ID is kept
        }
        if (message.toString().contains("\uFFFD")) {
            return; // text that is no UTF-8: what takes its place is longer, and may be longer than is allowed
        }
        byte[] written = ControlCodec.encode(message);
        assertThat(decode(written, written.length)).isEqualTo(new Decoded(List.of(message), null));
    }
}
