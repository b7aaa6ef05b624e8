// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// A policy of the fan-out: four hooks, of which it replaces those that it needs; the defaults are the relay's own.
///
/// **Thread.** The four methods here are called on one thread when the policy is put in force, and again only when it is
/// put in force anew; the hooks they give are called as each says.
///
/// **Lifetime.** A policy serves any number of tracks at once, from the moment it is put in force until another one is; it
/// must not keep what it is handed beyond a call, except values ([MediaObject] and the like are).
///
/// **Failure.** A policy whose methods here throw is not put in force, and the one before it stays.
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

    /// The default policy: every subscriber gets every object.
    static FanoutPolicy passAll() {
        return PassAll.INSTANCE;
    }
}
