/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* What an RTP packet carries, VP8 or H.264, and how many layers each lane class gets. Rtp.java is the specification. */
#include "h264_payload.h"
#include "layer_limits.h"
#include "vp8_payload.h"

WEIR_POLICY;

/* Word of struct weir_config behind those of layer_limits.h. */
enum { RTP_CODEC = WEIR_LIMIT_LANE_CLASSES };

/* In the order of RtpCodec. */
enum rtp_codec { RTP_VP8, RTP_H264 };

/* RFC 3550 section 5.1. */
enum rtp_first { RTP_VERSION_BITS = 0xc0, RTP_VERSION_2 = 0x80, RTP_HAS_EXTENSION = 0x10, RTP_SOURCES = 0x0f };
enum { RTP_TIMESTAMP = 4, RTP_FIXED_HEADER = 12, RTP_WORD = 4, RTP_EXTENSION_LENGTH = 2 };

/* Where the payload begins; 0: the bytes end before, or are no RTP. */
static __always_inline __u32 find_payload(const struct weir_payload *packet)
{
	__u32 first = packet->bytes[0], at = RTP_FIXED_HEADER + RTP_WORD * (first & RTP_SOURCES);

	if (packet->length < RTP_FIXED_HEADER || (first & RTP_VERSION_BITS) != RTP_VERSION_2)
		return 0;
	if (!(first & RTP_HAS_EXTENSION))
		return at;
	if (at + RTP_WORD > packet->length)
		return 0;
	const __u8 *length = packet->bytes + at + RTP_EXTENSION_LENGTH; /* at most 12 + 15 * 4 + 2 */

	return at + RTP_WORD + RTP_WORD * ((__u32)length[0] << 8 | length[1]);
}

static __always_inline __u32 timestamp_of(const struct weir_payload *packet)
{
	const __u8 *bytes = packet->bytes + RTP_TIMESTAMP;

	return (__u32)bytes[0] << 24 | bytes[1] << 16 | bytes[2] << 8 | bytes[3];
}

static __always_inline void parse_payload(struct weir_object *object, const struct weir_payload *packet, __u32 at,
					  __u64 codec)
{
	struct vp8_frame vp8;
	struct h264_frame h264;

	if (codec == RTP_VP8) {
		if (!parse_vp8(packet, at, &vp8))
			return;
		object->picture = ~vp8.picture ? vp8.picture : timestamp_of(packet);
		object->layer = vp8.layer;
		object->is_independent = vp8.is_independent;
		return;
	}
	if (!parse_h264(packet, at, &h264))
		return;
	object->picture = timestamp_of(packet);
	object->layer = h264.layer;
	object->is_independent = h264.is_independent;
}

WEIR_OBJECT(object, payload, config)
{
	__u32 at = find_payload(payload);

	if (at)
		parse_payload(object, payload, at, config->words[RTP_CODEC]);
}

WEIR_FILTER(object, lane, track, shared, config)
{
	(void)track;
	(void)shared;
	return limit_layers(object, lane, config);
}
