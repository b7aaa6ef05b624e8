// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// One object, as a policy sees it. In STREAM mode a policy is asked once per subgroup stream, with its first object.
///
/// @param track full track name, namespace fields and name separated by slashes
/// @param group group ID, unsigned
/// @param subgroup subgroup ID, unsigned; 0 in DATAGRAM mode
/// @param object object ID, unsigned
/// @param priority publisher priority, 0 to 255, lower is more urgent
/// @param mode how it travels
/// @param size payload bytes as far as they are known, 0 at the beginning of a stream
public record MediaObject(
        String track, long group, long subgroup, long object, int priority, DeliveryMode mode, int size) {}
