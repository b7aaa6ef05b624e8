// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.run;

import dev.weir.wire.moqt.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/// Where a subscription begins (`--start`).
public enum SubscribeStart {
    /// No filter: where the relay begins, at the current group.
    CURRENT_GROUP,
    /// NextGroupStart: at the beginning of the next group.
    NEXT_GROUP,
    /// LargestObject: at the next object.
    NEXT_OBJECT;

    /// @return the subscription filter; null: none
    public @Nullable SubscriptionFilter filter() {
        return switch (this) {
            case CURRENT_GROUP -> null;
            case NEXT_GROUP -> new SubscriptionFilter.NextGroupStart();
            case NEXT_OBJECT -> new SubscriptionFilter.LargestObject();
        };
    }
}
