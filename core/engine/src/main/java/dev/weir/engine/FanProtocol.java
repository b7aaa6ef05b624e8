// SPDX-License-Identifier: Apache-2.0
package dev.weir.engine;

/// The ALPN pair of connections with own framing ([Framing]).
///
/// @param publisher ALPN of connections whose DATAGRAMs and unidirectional streams are forwarded
/// @param subscriber ALPN of connections that get them all
public record FanProtocol(String publisher, String subscriber) {
    /// `fan-pub` and `fan-sub`.
    public static final FanProtocol DEFAULT = new FanProtocol("fan-pub", "fan-sub");

    /// @throws IllegalArgumentException if a name is empty or both are the same
    public FanProtocol {
        if (publisher.isEmpty() || subscriber.isEmpty() || publisher.equals(subscriber)) {
            throw new IllegalArgumentException("Publishers and subscribers with own framing are told apart by their ALPN:"
                    + " give two different names, not '" + publisher + "' and '" + subscriber + "'.");
        }
    }
}
