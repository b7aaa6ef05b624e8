/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Any bytes as the plaintext of a packet. The parser may read eight bytes at a time and so up to eight behind the end;
 * everything further on is poisoned.
 */
#include "../main/bpf/weir_ingress.bpf.c"
#include "plane.h"
#include <sanitizer/asan_interface.h>

enum { FUZZ_READ_AHEAD = 8 };

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size);

static void check_header(const struct media_header *header, const struct candidate *frame)
{
	__u32 end = frame->data_start + frame->length;

	FUZZ_CHECK(header->alias_start == frame->data_start + 1U);
	FUZZ_CHECK(header->alias_length >= 1 && header->alias_length <= 9);
	FUZZ_CHECK(header->end > header->alias_start + header->alias_length && header->end <= end);
	FUZZ_CHECK(header->priority >= -1 && header->priority <= 255);
}

static void check_frame(const struct text *text, const struct candidate *frame)
{
	__u32 end = frame->data_start + frame->length, start;
	struct media_header header = {};
	__u64 object, length;

	if (frame->kind == CANDIDATE_DATAGRAM) {
		if (parse_object_datagram(text, frame->data_start, end, &header))
			check_header(&header, frame);
		return;
	}
	FUZZ_CHECK((frame->stream_id & STREAM_KIND_BITS) == STREAM_CLIENT_UNIDIRECTIONAL);
	FUZZ_CHECK(frame->offset + frame->length <= VARINT_MAX);
	if (!parse_subgroup_header(text, frame->data_start, end, &header))
		return;
	check_header(&header, frame);
	if (parse_first_object(text, header.end, end, header.type, &object, &start, &length))
		FUZZ_CHECK(start > header.end && start <= end);
}

static void check_frames(const struct scratch *s, __u32 length)
{
	__u32 before = 0;

	for (__u32 i = 0; i < s->walk.frame_count; i++) {
		const struct candidate *frame = &s->record.candidates[i];

		FUZZ_CHECK(frame->kind == CANDIDATE_STREAM || frame->kind == CANDIDATE_DATAGRAM);
		FUZZ_CHECK(frame->frame_start >= before && frame->data_start > frame->frame_start);
		FUZZ_CHECK(frame->data_start - frame->frame_start <= FRAME_HEADER_LENGTH);
		before = frame->data_start + frame->length;
		FUZZ_CHECK(before <= length);
		check_frame(&s->opened, frame);
	}
}

int LLVMFuzzerTestOneInput(const __u8 *data, size_t size)
{
	struct scratch *s = FUZZ_ELEMENT(scratch, 0);

	if (size > WEIR_LIMIT_PLAINTEXT)
		return 0;
	ASAN_UNPOISON_MEMORY_REGION(s, sizeof(*s));
	memset(s, 0xa5, sizeof(*s));
	memcpy(s->opened.bytes, data, size);
	ASAN_POISON_MEMORY_REGION(s->opened.bytes + size + FUZZ_READ_AHEAD, TEXT_SIZE - size - FUZZ_READ_AHEAD);
	s->packet.text_length = size;
	int reason = parse_frames(s);

	FUZZ_CHECK(reason == REASON_NONE || reason == REASON_MALFORMED || reason == REASON_TOO_MANY_FRAMES ||
		   reason == REASON_NO_CANDIDATE);
	FUZZ_CHECK(s->walk.frame_count <= WEIR_LIMIT_CANDIDATES);
	FUZZ_CHECK((reason == REASON_NONE) <= (s->walk.offset == size && s->walk.frame_count));
	check_frames(s, size);
	return 0;
}
