// SPDX-License-Identifier: Apache-2.0
package dev.weir.testkit.policy;

import dev.weir.spi.LaneView;
import dev.weir.spi.MediaObject;

/// A [Step] in the terms of policies.
///
/// @param payload at most [dev.weir.spi.FrameParser#VISIBLE_BYTES]
record Question(MediaObject media, byte[] payload, LaneView lane) {}
