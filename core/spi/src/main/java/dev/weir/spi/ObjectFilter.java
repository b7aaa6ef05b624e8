// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Decides once per object and subscriber whether it is sent. In Java this is a pure function that the user-space path runs;
/// in the kernel it is `weir_policy_filter` of `bpf/include/weir/policy.h`, of which the stock one forwards everything.
///
/// Thread: called on any thread of the relay, never on two at a time for one track. Lifetime: as long as its policy is in
/// force. Failure: an exception counts as [Verdict.Defer], and the object is sent from user space.
@FunctionalInterface
public interface ObjectFilter {
    /// The verdict for `object` and the subscriber behind `lane`.
    Verdict decide(MediaObject object, LaneView lane);

    /// Forwards everything.
    static ObjectFilter all() {
        return (object, lane) -> Verdict.forward();
    }
}
