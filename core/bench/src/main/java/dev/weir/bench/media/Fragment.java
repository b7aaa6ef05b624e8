// SPDX-License-Identifier: Apache-2.0
package dev.weir.bench.media;

/// A fragment of an MP4 file: `moof` and `mdat`, with whatever boxes stand before them.
///
/// @param bytes as in the file
/// @param keyFrame whether it begins with a key frame of the first track
/// @param decodeMicros when to decode it, microseconds since the beginning
record Fragment(byte[] bytes, boolean keyFrame, long decodeMicros) {}
