// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.Verdict;
import java.util.Arrays;
import java.util.Objects;

/// One question to a program and the right answer. The state of lane and track is fresh.
///
/// @param object what MoQT's headers say
/// @param payload the beginning of its payload, at most [dev.weir.spi.FrameParser#VISIBLE_BYTES]
/// @param lane the subscriber's connection
/// @param expected the verdict
public record TestVector(MediaObject object, byte[] payload, LaneView lane, Verdict expected) {
    @Override
    public boolean equals(Object other) {
        return other instanceof TestVector that
                && object.equals(that.object)
                && Arrays.equals(payload, that.payload)
                && lane.equals(that.lane)
                && expected.equals(that.expected);
    }

    @Override
    public int hashCode() {
        return Objects.hash(object, Arrays.hashCode(payload), lane, expected);
    }
}
