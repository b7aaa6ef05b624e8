/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* How long the frame headers of a copy are. */
#ifndef WEIR_FRAMES_H
#define WEIR_FRAMES_H

#include <weir/scratch.h>

static __always_inline __u32 varint_length(__u64 value)
{
	if (value < 1 << 6)
		return 1;
	if (value < 1 << 14)
		return 2;
	return value < 1 << 30 ? 4 : 8;
}

/* A STREAM frame header: with a length unless the frame is the packet's last, without an offset if that is 0. */
static __always_inline __u32 stream_header_length(__u64 stream_id, __u64 offset, __u32 length, int is_last)
{
	return 1 + varint_length(stream_id) + (offset ? varint_length(offset) : 0) +
	       (is_last ? 0 : varint_length(length));
}

static __always_inline __u32 datagram_header_length(__u32 length, int is_last)
{
	return is_last ? 1 : 1 + varint_length(length);
}

/* UDP payload bytes of a copy around the plaintext: first byte, connection ID, packet number, tag. */
static __always_inline __u32 copy_overhead(__u32 connection_id_length)
{
	return 1 + connection_id_length + QUIC_NUMBER_LENGTH + QUIC_TAG_LENGTH;
}

#endif
