// SPDX-License-Identifier: Apache-2.0
package dev.weir.plugins.rtp;

/// What RTP packets carry. The order is that of `enum rtp_codec` in the C source.
public enum RtpCodec {
    /// RFC 7741.
    VP8,
    /// RFC 6184, packetization modes 0 and 1.
    H264
}
