// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// A frame as it left the encoder.
///
/// @param bytes H.264: an access unit in Annex B, with its parameter sets; VP8: a frame
/// @param layer what it is to the others
record CodedFrame(byte[] bytes, FrameLayer layer) {}
