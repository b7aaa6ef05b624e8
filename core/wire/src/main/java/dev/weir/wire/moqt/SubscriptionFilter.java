// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.moqt;

/// SUBSCRIPTION_FILTER parameter: where a subscription begins and ends (draft-18 section 5.1.2).
public sealed interface SubscriptionFilter {
    /// From the beginning of the next group.
    record NextGroupStart() implements SubscriptionFilter {}

    /// From the object after the largest one.
    record LargestObject() implements SubscriptionFilter {}

    /// From `start`, without end.
    record AbsoluteStart(Location start) implements SubscriptionFilter {}

    /// From `start` to the end of group `endGroup`, which is unsigned.
    record AbsoluteRange(Location start, long endGroup) implements SubscriptionFilter {
        /// @throws IllegalArgumentException if the range ends before it starts
        public AbsoluteRange {
            if (Long.compareUnsigned(endGroup, start.group()) < 0) {
                throw new IllegalArgumentException("a subscription from " + start + " cannot end with group "
                        + Long.toUnsignedString(endGroup));
            }
        }
    }
}
