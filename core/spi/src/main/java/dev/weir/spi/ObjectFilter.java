// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Decides who gets an object. Java face: a function of the object and the state of one subscriber's connection; kernel
/// face: the hook `weir_policy_filter` of the data plane, whose default forwards everything as [#all()] does.
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block. It is
/// on the way of every object that user space sends: some ten nanoseconds are fine, an allocation per call is not.
///
/// **Lifetime.** Created with its policy. In [DeliveryMode#DATAGRAM] asked once per object and subscriber; in
/// [DeliveryMode#STREAM] once per subgroup stream and subscriber, before the first byte goes out. An object that the data
/// plane has sent is not asked for again.
///
/// **Failure.** An exception counts as [Verdict#forward()]: a policy that fails takes nothing from a subscriber.
@FunctionalInterface
public interface ObjectFilter {
    /// Decides about one object and one subscriber.
    ///
    /// @param object what it is, with the priority that [PriorityAssigner] gave it
    /// @param lane the subscriber's connection now
    /// @return the verdict; in [DeliveryMode#STREAM] a drop holds for the whole stream
    Verdict decide(MediaObject object, LaneView lane);

    /// Forwards every object to everybody.
    static ObjectFilter all() {
        return (object, lane) -> Verdict.forward();
    }
}
