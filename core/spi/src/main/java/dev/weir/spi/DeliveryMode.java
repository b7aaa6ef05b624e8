// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// How the objects of a track travel: the word for the two ways that users compare.
public enum DeliveryMode {
    /// In STREAM frames, one unidirectional stream per subgroup: reliable and in order, so a copy has no holes.
    STREAM,
    /// In DATAGRAM frames, one object each: an object arrives whole or not at all, and any of them may be dropped.
    DATAGRAM
}
