// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// Decides who gets an object. Java face: a function of the object, and of the subscriber's connection and its state;
/// kernel face: `WEIR_FILTER` of a [dev.weir.spi.plan.ProgramVariant], or the rules of [dev.weir.spi.plan.MapEntries].
///
/// **Thread.** Called by one thread at a time, not always the same one; it must not block. It is
/// on the way of every object that user space sends: some ten nanoseconds are fine, an allocation per call is not.
///
/// **Lifetime.** Created with its policy. In [DeliveryMode#DATAGRAM] asked once per object and subscriber, and [#reconsider] once
/// more if user space sends it; in
/// [DeliveryMode#STREAM] once per subgroup stream and subscriber, before the first byte goes out. What the kernel has decided
/// is not asked for again, whoever sends it then.
///
/// **Failure.** An exception counts as [Verdict#forward()]: a policy that fails takes nothing from a subscriber.
///
/// **Units and ranges.** Times are nanoseconds of CLOCK_MONOTONIC, sizes bytes; [LaneView] says more.
@FunctionalInterface
public interface ObjectFilter {
    /// Decides about one object and one subscriber.
    ///
    /// @param object what it is, with the priority that [PriorityAssigner] gave it
    /// @param lane the subscriber's connection now
    /// @param state what is remembered about the subscription
    /// @return the verdict; in [DeliveryMode#STREAM] a drop holds for the whole stream
    Verdict decide(FanoutObject object, LaneView lane, LaneState state);

    /// Decides anew about what waits in user space. In [DeliveryMode#STREAM] about a subgroup stream that has begun and whose bytes
    /// wait (for congestion, flow control, or because they were lost), every 50 ms at most: a drop resets the stream with its right
    /// final size. In [DeliveryMode#DATAGRAM], since 1.1.0, about an object whose turn to be sent has come: a drop leaves it out. It
    /// should leave the state as it is.
    ///
    /// @param object the object, or the first one of the stream
    /// @param lane the subscriber's connection now
    /// @param state what is remembered about the subscription
    default Verdict reconsider(FanoutObject object, LaneView lane, LaneState state) {
        return Verdict.forward();
    }

    /// Decides anew about a subgroup stream that has begun, is not at its end, and of which nothing waits in user space: whatever
    /// more comes is on its way at once. A drop resets the stream with its right final size: what was sent stays, the rest of the
    /// stream is not sent. With it a policy can give up a layer when a connection becomes congested, and not only where the next
    /// stream begins. Asked in [DeliveryMode#STREAM] only, every 50 ms at most. It should leave the state as it is. Since 1.1.0.
    ///
    /// @param object the first object of the stream
    /// @param lane the subscriber's connection now
    /// @param state what is remembered about the subscription
    default Verdict interrupt(FanoutObject object, LaneView lane, LaneState state) {
        return Verdict.forward();
    }

    /// Forwards every object to everybody.
    static ObjectFilter all() {
        return (object, lane, state) -> Verdict.forward();
    }
}
