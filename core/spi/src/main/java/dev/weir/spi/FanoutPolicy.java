// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Who gets what: four hooks, each optional; the default is the relay's own behaviour.
///
/// Thread: the hooks are read once when the policy comes into force, on the thread that does that. Lifetime: until another
/// policy takes its place. Failure: an exception here leaves the policy before it in force.
public interface FanoutPolicy {
    /// What the payload of an object is.
    default FrameParser frames() {
        return FrameParser.groupStart();
    }

    /// Where an object stands in decoding order.
    default PacketIndexer indexer() {
        return PacketIndexer.byLocation();
    }

    /// How urgent an object is.
    default PriorityAssigner priorities() {
        return PriorityAssigner.publisher();
    }

    /// Who gets an object.
    default ObjectFilter filter() {
        return ObjectFilter.all();
    }

    /// Everything to everybody.
    static FanoutPolicy passAll() {
        return new FanoutPolicy() {};
    }
}
