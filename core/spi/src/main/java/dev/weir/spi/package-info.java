// SPDX-License-Identifier: Apache-2.0
/// What a policy of the fan-out sees, and what it answers: four hooks, each with a default.
///
/// A policy decides, for every object of a track and every subscriber, whether the object goes out. It is asked in this
/// order: [dev.weir.spi.FrameParser] says what the bytes are, [dev.weir.spi.PacketIndexer] where they stand in the track,
/// [dev.weir.spi.PriorityAssigner] how urgent they are, [dev.weir.spi.ObjectFilter] who gets them.
///
/// A policy that spares congested subscribers everything but the most urgent objects, and leaves the other hooks alone:
///
/// ```java
/// final class UrgentOnly implements FanoutPolicy {
///     @Override
///     public ObjectFilter filter() {
///         return (object, lane) -> object.priority() < 64 || lane.headroom() >= object.size()
///                 ? Verdict.forward()
///                 : Verdict.drop("congested");
///     }
/// }
/// ```
///
/// The hooks here are the Java face of a policy, for the user-space path, which so far asks the filter only. The data
/// plane runs the default policy ([dev.weir.spi.FanoutPolicy#passAll()]) in its own form.
@NullMarked
package dev.weir.spi;

import org.jspecify.annotations.NullMarked;
