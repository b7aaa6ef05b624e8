// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// One MoQT object as the fan-out sees it: what its headers say, not its payload. In [DeliveryMode#STREAM] a policy is
/// asked once per subgroup, when its stream begins; the object is then the first one of the stream.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** Made when an object comes, for all policies and subscribers; it may be kept.
///
/// **Failure.** A priority or a size out of range is an [IllegalArgumentException]; the relay makes none.
///
/// **Units and ranges.** Below.
///
/// @param track full track name as text, namespace fields separated by slashes; the same for all subscribers
/// @param group group ID, unsigned
/// @param subgroup subgroup ID, unsigned; 0 in [DeliveryMode#DATAGRAM]
/// @param object object ID, unsigned
/// @param priority publisher priority, 0 to 255, lower is more urgent
/// @param mode how it travels
/// @param size bytes of the DATAGRAM payload that carries it; 0 in [DeliveryMode#STREAM], where it is not known at the
/// beginning
/// @param arrivedNanos when the relay received it, CLOCK_MONOTONIC in nanoseconds
public record MediaObject(
        String track,
        long group,
        long subgroup,
        long object,
        int priority,
        DeliveryMode mode,
        int size,
        long arrivedNanos) {
    /// @throws IllegalArgumentException if the priority or the size is out of range
    public MediaObject {
        if (priority < 0 || priority > 255) {
            throw new IllegalArgumentException("a priority is 0 to 255, not " + priority);
        }
        if (size < 0) {
            throw new IllegalArgumentException("a size is not negative: " + size);
        }
    }
}
