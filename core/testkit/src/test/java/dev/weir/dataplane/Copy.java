// SPDX-License-Identifier: Apache-2.0
package dev.weir.dataplane;

import java.util.List;

/// A packet that the data plane made, opened with its lane's keys.
///
/// @param firstByte without header protection
/// @param size UDP payload bytes
/// @param frames everything in it but PADDING
record Copy(int lane, long packetNumber, int firstByte, int size, List<SentFrame> frames) {}
