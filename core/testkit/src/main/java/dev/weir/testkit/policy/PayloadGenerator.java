// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.MediaObject;
import java.util.random.RandomGenerator;

/// Makes payloads that a policy's parser understands. [PolicyConformance] also cuts them short, changes bytes of them, and mixes
/// in bytes without meaning, so a generator has to make sound ones only.
@FunctionalInterface
public interface PayloadGenerator {
    /// Makes the beginning of one object's payload.
    ///
    /// @param random the only source of chance, so that a run can be repeated
    /// @param object what the payload is for
    /// @return its bytes; only the first [dev.weir.spi.FrameParser#VISIBLE_BYTES] matter
    byte[] payload(RandomGenerator random, MediaObject object);
}
