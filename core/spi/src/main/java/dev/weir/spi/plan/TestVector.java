// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi.plan;

import dev.weir.spi.FanoutObject;
import dev.weir.spi.FanoutPolicy;
import dev.weir.spi.FrameContent;
import dev.weir.spi.LaneState;
import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;
import dev.weir.spi.ObjectIndex;
import dev.weir.spi.Verdict;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;

/// One question to a program and the right answer. The state of lane and track is fresh.
///
/// **Thread.** A value, for any number of threads. The array of [#payload] is not copied.
///
/// **Lifetime.** Run once when its program is linked, in the state of a new subscription.
///
/// **Failure.** A wrong answer is a sentence with the number of the vector, and the program is not put in force.
///
/// **Units and ranges.** Those of its parts; a time only says something beside another one of the same vector.
///
/// @param object what MoQT's headers say
/// @param payload the beginning of its payload, at most [dev.weir.spi.FrameParser#VISIBLE_BYTES]
/// @param lane the subscriber's connection
/// @param expected the verdict
public record TestVector(MediaObject object, byte[] payload, LaneView lane, Verdict expected) {
    /// A question with the answer that a policy's Java hooks give: right for every configuration.
    ///
    /// @param policy the policy whose program is to answer alike
    public static TestVector of(FanoutPolicy policy, MediaObject object, byte[] payload, LaneView lane) {
        FrameContent content = policy.frames().parse(object, ByteBuffer.wrap(payload).asReadOnlyBuffer());
        ObjectIndex index = policy.indexer().index(object, content);
        int priority = policy.priorities().assign(object, content, index);
        var looked = new FanoutObject(object, content, index, priority);
        return new TestVector(object, payload, lane, policy.filter().decide(looked, lane, LaneState.fresh()));
    }

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
