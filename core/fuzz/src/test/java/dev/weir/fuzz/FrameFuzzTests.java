// SPDX-License-Identifier: Apache-2.0
package dev.weir.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.weir.wire.quic.Frame;
import dev.weir.wire.quic.FrameWalk;
import dev.weir.wire.quic.FrameWalker;
import java.util.Arrays;

/// Payloads of 1-RTT packets: frames lie one behind the other, and each is the same by itself.
class FrameFuzzTests {
    @FuzzTest
    void frames(byte[] payload) {
        FrameWalk walk = FrameWalker.walk(payload);
        int end = 0;
        for (Frame frame : walk.frames()) {
            assertThat(frame.start()).isEqualTo(end);
            assertThat(frame.end()).isGreaterThan(frame.start());
            assertThat(frame.dataOffset()).isBetween(frame.start() + 1, frame.end());
            assertThat(frame.dataLength()).isBetween(0, frame.end() - frame.dataOffset());
            assertAlone(payload, frame);
            end = frame.end();
        }
        int last = end;
        switch (walk) {
            case FrameWalk.WellFormed ignored -> assertThat(last).isEqualTo(payload.length).isPositive();
            case FrameWalk.Malformed malformed -> assertThat(malformed.at()).isEqualTo(last);
        }
    }

    private static void assertAlone(byte[] payload, Frame frame) {
        FrameWalk alone = FrameWalker.walk(Arrays.copyOfRange(payload, frame.start(), frame.end()));
        assertThat(alone).isInstanceOf(FrameWalk.WellFormed.class);
        Frame same = alone.frames().getFirst();
        assertThat(alone.frames()).hasSize(1);
        assertThat(new Frame(same.type(), same.start() + frame.start(), same.end() + frame.start(), same.dataOffset() + frame.start(),
                same.dataLength(), same.streamId(), same.streamOffset(), same.fin())).isEqualTo(frame);
    }
}
