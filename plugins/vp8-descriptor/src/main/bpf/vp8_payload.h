/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* VP8 RTP payloads (RFC 7741 sections 4.2 and 4.3). Vp8Payload.java is the specification. */
#ifndef WEIR_PLUGINS_VP8_PAYLOAD_H
#define WEIR_PLUGINS_VP8_PAYLOAD_H

#include "payload.h"

/* First byte of the descriptor. */
enum vp8_first { VP8_EXTENDED = 0x80, VP8_NON_REFERENCE = 0x20, VP8_START_OF_PARTITION = 0x10, VP8_PARTITION = 0x07 };

/* Byte of the extension. */
enum vp8_extension { VP8_HAS_PICTURE_ID = 0x80, VP8_HAS_TL0PICIDX = 0x40, VP8_HAS_TID = 0x20, VP8_HAS_KEYIDX = 0x10 };

/* First byte of the payload header: 0 in a key frame. */
enum vp8_header { VP8_INVERSE_KEY_FRAME = 0x01 };

enum { VP8_LONG_PICTURE_ID = 0x80, VP8_TID_SHIFT = 6 };

struct vp8_frame {
	__u64 picture;
	__u32 layer;
	__u32 is_independent;
};

/* The PictureID, or -1 if it is cut off. */
static __always_inline int next_picture_id(const struct weir_payload *payload, __u32 *at)
{
	int high = next_byte(payload, at);

	if (high < 0 || !(high & VP8_LONG_PICTURE_ID))
		return high;
	int low = next_byte(payload, at);

	return low < 0 ? low : (high & ~VP8_LONG_PICTURE_ID) << 8 | low;
}

/* The optional bytes that extension announces; 0: the bytes end within. */
static __always_inline int parse_vp8_extension(const struct weir_payload *payload, __u32 *at, int extension,
					       struct vp8_frame *frame)
{
	if (extension & VP8_HAS_PICTURE_ID) {
		int picture = next_picture_id(payload, at);

		if (picture < 0)
			return 0;
		frame->picture = picture;
	}
	if (extension & VP8_HAS_TL0PICIDX && next_byte(payload, at) < 0)
		return 0;
	if (extension & (VP8_HAS_TID | VP8_HAS_KEYIDX)) {
		int indices = next_byte(payload, at);

		if (indices < 0)
			return 0;
		if (extension & VP8_HAS_TID)
			frame->layer = indices >> VP8_TID_SHIFT;
	}
	return 1;
}

/* 0: the bytes end within what has to be read. */
static __always_inline int parse_vp8(const struct weir_payload *payload, __u32 at, struct vp8_frame *frame)
{
	int first = next_byte(payload, &at), extension = 0;

	if (first < 0)
		return 0;
	frame->picture = ~0ULL;
	frame->layer = !!(first & VP8_NON_REFERENCE);
	frame->is_independent = 0;
	if (first & VP8_EXTENDED) {
		extension = next_byte(payload, &at);
		if (extension < 0)
			return 0;
	}
	if (!parse_vp8_extension(payload, &at, extension, frame))
		return 0;
	if ((first & (VP8_START_OF_PARTITION | VP8_PARTITION)) != VP8_START_OF_PARTITION)
		return 1;
	int header = next_byte(payload, &at);

	if (header < 0)
		return 0;
	frame->is_independent = !(header & VP8_INVERSE_KEY_FRAME);
	return 1;
}

#endif
