// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// The policy's decision for one object and one subscriber.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Keep the ones that a policy gives in fields: a filter is asked for every object and subscriber.
///
/// **Failure.** A reason that cannot name a counter is an [IllegalArgumentException]; in a filter it counts as [#forward()],
/// so make verdicts before.
///
/// **Units and ranges.** A kernel program has up to 14 reasons; Java hooks have any number.
public sealed interface Verdict {
    /// The object is sent as soon as the subscriber's credit allows.
    record Forward() implements Verdict {
        private static final Forward INSTANCE = new Forward();
    }

    /// The object is not sent to this subscriber. In [DeliveryMode#STREAM] it is the whole subgroup stream, which must not
    /// have begun: a stream has no holes.
    ///
    /// @param reason why, as the name of a counter: lower-case letters, digits and underscores
    record Drop(String reason) implements Verdict {
        /// @throws IllegalArgumentException if the reason cannot be the name of a counter
        public Drop {
            if (!reason.matches("[a-z][a-z0-9_]*")) {
                throw new IllegalArgumentException("the drop reason \"" + reason
                        + "\" cannot name a counter: use lower-case letters, digits and underscores, a letter first");
            }
        }
    }

    /// The data plane leaves the object to user space, which asks again and sends it, later than the data plane would
    /// have. From a policy asked in user space it means the same as [Forward].
    record Defer() implements Verdict {
        private static final Defer INSTANCE = new Defer();
    }

    /// Send it.
    static Verdict forward() {
        return Forward.INSTANCE;
    }

    /// Do not send it.
    ///
    /// @param reason why, as the name of a counter: lower-case letters, digits and underscores
    /// @throws IllegalArgumentException if the reason cannot be the name of a counter
    static Verdict drop(String reason) {
        return new Drop(reason);
    }

    /// Leave it to user space.
    static Verdict defer() {
        return Defer.INSTANCE;
    }
}
