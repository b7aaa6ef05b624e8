// SPDX-License-Identifier: Apache-2.0
package dev.weir.wire.quic;

/// A 1-RTT packet whose tag was verified.
///
/// @param header its header without protection
/// @param packetNumber full packet number
/// @param payload its frames
public record OpenedPacket(ShortHeader header, long packetNumber, byte[] payload) {}
