// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

import dev.weir.spi.plan.KernelPlan;
import dev.weir.spi.plan.LaneClasses;
import java.util.Optional;

/// A policy of the fan-out: four hooks, of which it replaces those that it needs, the defaults being the relay's own; and
/// a plan, which says how the data plane does the same in the kernel.
///
/// The hooks are the policy's meaning: they serve whatever user space has to decide, and the conformance test compares the
/// plan with them. The hooks must give the same answers for the same arguments wherever they are asked; what they remember
/// belongs into [LaneState], which both sides share, not into fields.
///
/// **Thread.** The methods here are called on one thread when the policy is put in force; the hooks they give are called as
/// each says.
///
/// **Lifetime.** A policy serves any number of tracks at once, from the moment it is put in force until another one is; it
/// must not keep what it is handed beyond a call, except values ([MediaObject] and the like are).
///
/// **Failure.** A policy whose methods here throw is not put in force, and the one before it stays.
///
/// **Units and ranges.** Those of what its hooks and its plan give.
public interface FanoutPolicy {
    /// What the bytes are; by default one object is one frame.
    default FrameParser frames() {
        return FrameParser.singleFrame();
    }

    /// Where an object stands in its track; by default its group ID.
    default PacketIndexer indexer() {
        return PacketIndexer.byGroup();
    }

    /// How urgent an object is; by default as the publisher says.
    default PriorityAssigner priorities() {
        return PriorityAssigner.publisher();
    }

    /// Who gets an object; by default everybody.
    default ObjectFilter filter() {
        return ObjectFilter.all();
    }

    /// How the kernel does the same. By default it does not: tracks of this policy are then served from user space, slower,
    /// and `policy list` says so.
    ///
    /// @param classes the relay's lane classes; when they change, the plan is asked for again
    /// @throws PolicyConfigurationException if the policy's configuration names a lane class that the relay does not have
    default Optional<KernelPlan> plan(LaneClasses classes) {
        return Optional.empty();
    }

    /// The default policy: every subscriber gets every object, by the kernel.
    static FanoutPolicy passAll() {
        return PassAll.INSTANCE;
    }
}
