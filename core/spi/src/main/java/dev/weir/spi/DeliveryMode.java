// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// How objects of a track travel (MoQT's Forwarding Preference).
public enum DeliveryMode {
    /// One unidirectional stream per subgroup; objects are dropped by whole streams that have not begun.
    STREAM,
    /// One DATAGRAM per object; any object may be dropped.
    DATAGRAM
}
