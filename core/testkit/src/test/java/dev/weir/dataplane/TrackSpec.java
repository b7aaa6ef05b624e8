// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.util.ArrayList;
import java.util.List;

/// A track as a test wants it.
final class TrackSpec {
    /// One lane's subscription.
    ///
    /// @param policy index of the policy that is asked; 0: everything passes
    /// @param memory index of what the policy remembers of lane and track; 0: nothing, nowhere
    record Subscriber(int lane, long startGroup, long startObject, long endGroup, boolean forward, int policy, int memory) {
        Subscriber(int lane, long startGroup, long startObject, long endGroup, boolean forward) {
            this(lane, startGroup, startObject, endGroup, forward, 0, 0);
        }

        /// To everything that a policy lets pass. The memory has the number of the lane, counted from 1.
        static Subscriber asking(int lane, int policy) {
            return new Subscriber(lane, 0, 0, -1, true, policy, lane + 1);
        }

        static Subscriber toEverything(int lane) {
            return new Subscriber(lane, 0, 0, -1, true);
        }

        static Subscriber from(int lane, long group, long object) {
            return new Subscriber(lane, group, object, -1, true);
        }
    }

    final int index;
    final long alias;
    final List<Subscriber> subscribers = new ArrayList<>();
    byte[] aliasOverride = {};
    int generation = 1;
    int defaultPriority = 128;

    TrackSpec(int index, long alias) {
        this.index = index;
        this.alias = alias;
    }

    /// Lanes `0` to `count - 1` subscribe to everything.
    TrackSpec to(int count) {
        for (int i = 0; i < count; i++) {
            subscribers.add(Subscriber.toEverything(i));
        }
        return this;
    }

    TrackSpec to(Subscriber... more) {
        subscribers.addAll(List.of(more));
        return this;
    }
}
