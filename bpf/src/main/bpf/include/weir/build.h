/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Building a copy's plaintext. base holds the publisher's plaintext with everything that is not forwarded turned into
 * PADDING (zeros); that is the same for all lanes with the same mask. Per lane only the STREAM frame headers are
 * written, each right-aligned to its data, with PADDING in front.
 */
#ifndef WEIR_BUILD_H
#define WEIR_BUILD_H

#include <weir/frames.h>
#include <weir/maps.h>
#include <weir/parse_quic.h>

static __always_inline void put_byte(struct text *text, __u32 at, __u8 value)
{
	barrier_var(at); /* the checked value is the one that is used */
	if (at < TEXT_START)
		text->bytes[at] = value;
}

/* Bytes [from, to) of the publisher's plaintext into base. */
__noinline int copy_text(struct scratch *s, __u32 from, __u32 to)
{
	if (!s || from > WEIR_LIMIT_PLAINTEXT || to > WEIR_LIMIT_PLAINTEXT)
		return 1;
	__u32 at = from;

	for (__u32 i = 0; i < WEIR_LIMIT_PLAINTEXT / 8; i++) {
		if (at + 8 > to || at > WEIR_LIMIT_PLAINTEXT)
			break;
		*(__u64 *)(s->base.bytes + TEXT_HEADROOM + at) = *(const __u64 *)(s->opened.bytes + at);
		at += 8;
	}
	for (__u32 i = 0; i < 7; i++) {
		if (at >= to || at > WEIR_LIMIT_PLAINTEXT)
			break;
		s->base.bytes[TEXT_HEADROOM + at] = s->opened.bytes[at];
		at++;
	}
	return 0;
}

/* Zeros from where the header of a first frame may have begun; further in front nothing is ever written. */
__noinline int clear_base(struct scratch *s)
{
	enum { BEFORE = (FRAME_HEADER_LENGTH + 7) & ~7 };

	if (!s)
		return 1;
	__u64 *words = (void *)(s->base.bytes + TEXT_HEADROOM - BEFORE);

	for (__u32 i = 0; i <= (BEFORE + WEIR_LIMIT_PLAINTEXT) / 8; i++) {
		if (i * 8 > BEFORE + s->packet.text_length)
			break;
		words[i] = 0;
	}
	return 0;
}

/* A forwarded frame's data, and for a DATAGRAM its header, which is the same for all lanes. */
static __always_inline void lay_frame(struct scratch *s, const struct candidate *candidate, int is_last)
{
	__u32 data = candidate->data_start, end = data + candidate->length;

	if (candidate->kind == CANDIDATE_STREAM) {
		copy_text(s, data, end);
	} else if (!is_last) {
		copy_text(s, candidate->frame_start, end);
	} else {
		copy_text(s, data, end);
		put_byte(&s->base, TEXT_HEADROOM + data - 1, FRAME_DATAGRAM); /* goes to the packet's end */
	}
}

/* base for these candidates, unless it holds them already. */
__noinline int build_base(struct scratch *s, __u32 mask)
{
	__u32 end = 0;

	if (!s || s->base_mask == mask)
		return 0;
	clear_base(s);
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (!(mask >> i & 1))
			continue;
		const struct candidate *candidate = &s->record.candidates[i];
		__u32 room = candidate->data_start - end;

		if (!end || room > FRAME_HEADER_LENGTH)
			room = FRAME_HEADER_LENGTH;
		s->details[i].room = room;
		end = candidate->data_start + candidate->length;
		lay_frame(s, candidate, !(mask >> i >> 1));
	}
	s->base_mask = mask;
	return 0;
}

/* Writes the varint so that it ends at the cursor, and moves the cursor to its first byte. */
static __always_inline void write_varint_before(struct text *text, __u32 *cursor, __u64 value)
{
	__u32 length = varint_length(value), at = *cursor;
	__u64 class = length == 1 ? 0 : length == 2 ? 1 : length == 4 ? 2 : 3;
	__u64 left = value | class << (8 * length - 2);

	for (__u32 i = 0; i < 8; i++) {
		if (i >= length)
			break;
		at--;
		put_byte(text, at, left);
		left >>= 8;
	}
	*cursor = at;
}

/* The lane's header of candidate number index, a STREAM frame, and PADDING in the room before it. */
__noinline int write_stream_header(struct scratch *s, const struct plan *plan, __u32 index, __u32 is_last)
{
	if (!s || !plan || index >= WEIR_LIMIT_CANDIDATES)
		return 1;
	const struct candidate *candidate = &s->record.candidates[index];
	__u32 cursor = TEXT_HEADROOM + candidate->data_start, start = cursor - s->details[index].room;
	__u64 offset = plan->offsets[index];
	__u8 type = FRAME_STREAM | (candidate->flags & CANDIDATE_FIN ? STREAM_FIN : 0) | (offset ? STREAM_OFFSET : 0) |
		    (is_last ? 0 : STREAM_LENGTH);

	if (!is_last)
		write_varint_before(&s->base, &cursor, candidate->length);
	if (offset)
		write_varint_before(&s->base, &cursor, offset);
	write_varint_before(&s->base, &cursor, plan->stream_ids[index]);
	cursor--;
	put_byte(&s->base, cursor, type);
	for (__u32 i = 0; i < FRAME_HEADER_LENGTH; i++) {
		if (cursor <= start)
			break;
		cursor--;
		put_byte(&s->base, cursor, 0);
	}
	return 0;
}

/* The plaintext of entry's copy: plan->length bytes from plan->start on in base. */
static __always_inline void build_text(struct scratch *s, const struct plan *plan, const struct record_entry *entry)
{
	__u32 mask = entry->forwarded;

	build_base(s, mask);
	for (__u32 i = 0; i < WEIR_LIMIT_CANDIDATES; i++) {
		if (mask >> i & 1 && s->record.candidates[i].kind == CANDIDATE_STREAM)
			write_stream_header(s, plan, i, !(mask >> i >> 1));
	}
}

#endif
