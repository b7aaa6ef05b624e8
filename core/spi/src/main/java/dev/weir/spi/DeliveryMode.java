// SPDX-License-Identifier: Apache-2.0
package dev.weir.spi;

/// How the objects of a track travel: the word for the two ways that users compare.
///
/// **Thread.** A value, for any number of threads.
///
/// **Lifetime.** One for all relays; each track has one as long as its publisher sends it so.
///
/// **Failure.** None.
///
/// **Units and ranges.** A STREAM object has no size when it is judged, a DATAGRAM object has.
public enum DeliveryMode {
    /// In STREAM frames, one unidirectional stream per subgroup: reliable and in order, so a copy has no holes.
    STREAM,
    /// In DATAGRAM frames, one object each: an object arrives whole or not at all, and any of them may be dropped.
    DATAGRAM
}
