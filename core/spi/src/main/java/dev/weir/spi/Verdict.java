// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// The decision for one object and one subscriber.
public sealed interface Verdict {
    /// Send it.
    record Forward() implements Verdict {}

    /// Never send it; counted under `reason`.
    record Drop(String reason) implements Verdict {}

    /// Leave it to user space, which asks again there and then sends or drops it.
    record Defer() implements Verdict {}

    /// Send it.
    static Verdict forward() {
        return Constants.FORWARD;
    }

    /// Never send it.
    ///
    /// @param reason a few words, the same for all objects dropped for this cause
    static Verdict drop(String reason) {
        return new Drop(reason);
    }

    /// Leave it to user space.
    static Verdict defer() {
        return Constants.DEFER;
    }
}
