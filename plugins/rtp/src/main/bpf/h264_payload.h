/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* H.264 RTP payloads (RFC 6184): single NAL units, STAP-A, FU-A. H264Payload.java is the specification. */
#ifndef WEIR_PLUGINS_H264_PAYLOAD_H
#define WEIR_PLUGINS_H264_PAYLOAD_H

#include "payload.h"

enum h264_bits { H264_TYPE = 0x1f, H264_REFERENCE = 0x60, H264_FRAGMENT_START = 0x80 };

enum h264_type {
	H264_IDR_SLICE = 5,
	H264_SEQUENCE_PARAMETERS = 7,
	H264_LAST_SINGLE = 23,
	H264_STAP_A = 24,
	H264_FU_A = 28,
};

enum { H264_MOST_UNITS = 8 };

struct h264_frame {
	__u32 layer;
	__u32 is_independent;
};

static __always_inline int is_entry(int type)
{
	return type == H264_IDR_SLICE || type == H264_SEQUENCE_PARAMETERS;
}

/* Whether one of the NAL units of a STAP-A is where decoding can start, as far as its bytes show. */
static __always_inline int has_entry(const struct weir_payload *payload, __u32 at)
{
	for (__u32 unit = 0; unit < H264_MOST_UNITS; unit++) {
		int high = next_byte(payload, &at), low = next_byte(payload, &at), header = next_byte(payload, &at);
		__u32 length = (__u32)high << 8 | low;

		if (header < 0 || !length)
			return 0;
		if (is_entry(header & H264_TYPE))
			return 1;
		at += length - 1; /* next_byte is past the header, which the length counts */
	}
	return 0;
}

/* 0: not known, or the bytes end within what has to be read. */
static __always_inline int parse_h264(const struct weir_payload *payload, __u32 at, struct h264_frame *frame)
{
	int first = next_byte(payload, &at), type = first & H264_TYPE;

	if (first < 0 || !type)
		return 0;
	frame->layer = !(first & H264_REFERENCE);
	if (type <= H264_LAST_SINGLE) {
		frame->is_independent = is_entry(type);
		return 1;
	}
	if (type == H264_STAP_A) {
		frame->is_independent = has_entry(payload, at);
		return 1;
	}
	int fragment = next_byte(payload, &at);

	if (type != H264_FU_A || fragment < 0)
		return 0;
	frame->is_independent = fragment & H264_FRAGMENT_START && is_entry(fragment & H264_TYPE);
	return 1;
}

#endif
