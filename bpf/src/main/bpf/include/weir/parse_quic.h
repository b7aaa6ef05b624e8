/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Packet numbers, and step 4, parse: all frames of the plaintext, each stepped over by its own lengths (RFC 9000
 * sections 12.4, 16, 17.1, 19; RFC 9221). */
#ifndef WEIR_PARSE_QUIC_H
#define WEIR_PARSE_QUIC_H

#include <bpf/bpf_helpers.h>
#include <weir/scratch.h>

/* RFC 9000 appendix A.3. next is the largest number seen, plus one. */
static __always_inline __u64 decode_packet_number(__u64 next, __u32 truncated, __u32 length)
{
	__u64 window = 1ULL << (length * 8);
	__u64 number = (next & ~(window - 1)) | truncated;

	if (number + window / 2 <= next && number < (1ULL << 62) - window)
		return number + window;
	if (number > next + window / 2 && number >= window)
		return number - window;
	return number;
}

/* Reads eight bytes at the cursor, most significant first, whatever lies behind the end. 0 and no move: the text is
 * over. */
static __always_inline int peek_word(const struct text *text, __u32 offset, __u32 end, __u64 *word)
{
	if (offset >= end || offset > WEIR_LIMIT_PLAINTEXT)
		return 0;
	*word = __builtin_bswap64(*(const __u64 *)(text->bytes + offset));
	return 1;
}

/* RFC 9000 section 16. Returns 0 if the text ends within it. */
static __always_inline int read_varint(const struct text *text, __u32 *offset, __u32 end, __u64 *value)
{
	__u64 word;

	if (!peek_word(text, *offset, end, &word))
		return 0;
	__u32 length = 1 << (word >> 62);

	if (length > end - *offset)
		return 0;
	*value = (word << 2) >> (66 - 8 * length);
	*offset += length;
	return 1;
}

static __always_inline int skip_bytes(__u32 *offset, __u32 end, __u64 length)
{
	if (*offset > end || length > end - *offset)
		return 0;
	*offset += length;
	return 1;
}

/* Length varint and that many bytes. */
static __always_inline int skip_block(const struct text *text, __u32 *offset, __u32 end, __u64 *length)
{
	return read_varint(text, offset, end, length) && skip_bytes(offset, end, *length);
}

enum walk_result {
	WALK_ON = 0,
	WALK_DONE = 1,
	WALK_MALFORMED = 2,
	WALK_TOO_MANY = 3,
};

enum frame_type {
	FRAME_PADDING = 0x00,
	FRAME_PING = 0x01,
	FRAME_ACK = 0x02,
	FRAME_ACK_ECN = 0x03,
	FRAME_RESET_STREAM = 0x04,
	FRAME_STOP_SENDING = 0x05,
	FRAME_CRYPTO = 0x06,
	FRAME_NEW_TOKEN = 0x07,
	FRAME_STREAM = 0x08,
	FRAME_STREAM_LAST = 0x0f,
	FRAME_MAX_DATA = 0x10,
	FRAME_MAX_STREAM_DATA = 0x11,
	FRAME_MAX_STREAMS = 0x12,
	FRAME_MAX_STREAMS_UNI = 0x13,
	FRAME_DATA_BLOCKED = 0x14,
	FRAME_STREAM_DATA_BLOCKED = 0x15,
	FRAME_STREAMS_BLOCKED = 0x16,
	FRAME_STREAMS_BLOCKED_UNI = 0x17,
	FRAME_NEW_CONNECTION_ID = 0x18,
	FRAME_RETIRE_CONNECTION_ID = 0x19,
	FRAME_PATH_CHALLENGE = 0x1a,
	FRAME_PATH_RESPONSE = 0x1b,
	FRAME_CONNECTION_CLOSE = 0x1c,
	FRAME_CONNECTION_CLOSE_APPLICATION = 0x1d,
	FRAME_HANDSHAKE_DONE = 0x1e,
	FRAME_DATAGRAM = 0x30,
	FRAME_DATAGRAM_LENGTH = 0x31,

	STREAM_FIN = 1,
	STREAM_LENGTH = 2,
	STREAM_OFFSET = 4,
	STREAM_KIND_BITS = 3,
	STREAM_CLIENT_UNIDIRECTIONAL = 2,
};

/* Frames that are nothing but varints: how many; 0 for all others. */
static __always_inline __u32 frame_varints(__u64 type)
{
	switch (type) {
	case FRAME_MAX_DATA:
	case FRAME_MAX_STREAMS:
	case FRAME_MAX_STREAMS_UNI:
	case FRAME_DATA_BLOCKED:
	case FRAME_STREAMS_BLOCKED:
	case FRAME_STREAMS_BLOCKED_UNI:
	case FRAME_RETIRE_CONNECTION_ID:
		return 1;
	case FRAME_STOP_SENDING:
	case FRAME_MAX_STREAM_DATA:
	case FRAME_STREAM_DATA_BLOCKED:
		return 2;
	case FRAME_RESET_STREAM:
		return 3;
	default:
		return 0;
	}
}

/* A stream count may not exceed 2^60 (RFC 9000 sections 19.11 and 19.14). */
static __always_inline int walk_varints(const struct text *text, __u32 *offset, __u32 end, __u64 type, __u32 fields)
{
	int counts_streams = type == FRAME_MAX_STREAMS || type == FRAME_MAX_STREAMS_UNI ||
			     type == FRAME_STREAMS_BLOCKED || type == FRAME_STREAMS_BLOCKED_UNI;
	__u64 value = 0;

	for (__u32 i = 0; i < 3; i++) {
		if (i < fields && !read_varint(text, offset, end, &value))
			return WALK_MALFORMED;
	}
	return counts_streams && value > 1ULL << 60 ? WALK_MALFORMED : WALK_ON;
}

/* Up to PADDING_RUN zeros at a time: the loop over frames would be too long for a padded packet otherwise. */
static __always_inline int walk_padding(const struct text *text, __u32 *offset, __u32 end)
{
	__u64 word;

	for (int i = 0; i < PADDING_RUN / 8; i++) {
		if (end - *offset < 8 || !peek_word(text, *offset, end, &word) || word)
			break;
		*offset += 8;
	}
	for (int i = 0; i < 8; i++) {
		if (!peek_word(text, *offset, end, &word) || word >> 56)
			break;
		*offset += 1;
	}
	return WALK_ON;
}

static __always_inline int walk_ack(struct walk *walk, const struct text *text, __u32 *offset, __u32 end, __u64 type)
{
	__u64 largest, delay, ranges, first;

	if (!read_varint(text, offset, end, &largest) || !read_varint(text, offset, end, &delay) ||
	    !read_varint(text, offset, end, &ranges) || !read_varint(text, offset, end, &first) || first > largest)
		return WALK_MALFORMED;
	if (ranges > end - *offset) /* each takes two bytes at least */
		return WALK_MALFORMED;
	walk->ack_smallest = largest - first;
	walk->ack_ranges = ranges;
	walk->ack_counts = type == FRAME_ACK_ECN ? 3 : 0;
	return WALK_ON;
}

static __always_inline int walk_ack_range(struct walk *walk, const struct text *text, __u32 *offset, __u32 end)
{
	__u64 gap, length;

	if (!read_varint(text, offset, end, &gap) || !read_varint(text, offset, end, &length) ||
	    gap + 2 > walk->ack_smallest || length > walk->ack_smallest - gap - 2)
		return WALK_MALFORMED;
	walk->ack_smallest -= gap + 2 + length;
	walk->ack_ranges--;
	return WALK_ON;
}

static __always_inline int walk_ack_count(struct walk *walk, const struct text *text, __u32 *offset, __u32 end)
{
	__u64 packets;

	walk->ack_counts--;
	return read_varint(text, offset, end, &packets) ? WALK_ON : WALK_MALFORMED;
}

/* Room for one more media frame in record.candidates, or NULL. */
static __always_inline struct candidate *new_frame(struct scratch *s)
{
	__u32 index = s->walk.frame_count;

	if (index >= WEIR_LIMIT_CANDIDATES)
		return NULL;
	s->walk.frame_count = index + 1;
	struct candidate *frame = &s->record.candidates[index];

	__builtin_memset(frame, 0, sizeof(*frame));
	return frame;
}

/* RFC 9000 section 19.8. Streams that are not the publisher's unidirectional ones carry no media and are only stepped
 * over. */
static __always_inline int walk_stream(struct scratch *s, __u32 *offset, __u32 end, __u64 type, __u32 start)
{
	__u64 id, stream_offset = 0, length;

	if (!read_varint(&s->opened, offset, end, &id))
		return WALK_MALFORMED;
	if (type & STREAM_OFFSET && !read_varint(&s->opened, offset, end, &stream_offset))
		return WALK_MALFORMED;
	length = end - *offset;
	if (type & STREAM_LENGTH && !read_varint(&s->opened, offset, end, &length))
		return WALK_MALFORMED;
	__u32 data = *offset;

	if (!skip_bytes(offset, end, length) || stream_offset + length > VARINT_MAX)
		return WALK_MALFORMED;
	if ((id & STREAM_KIND_BITS) != STREAM_CLIENT_UNIDIRECTIONAL)
		return WALK_ON;
	struct candidate *frame = new_frame(s);

	if (!frame)
		return WALK_TOO_MANY;
	frame->kind = CANDIDATE_STREAM;
	frame->flags = type & STREAM_FIN ? CANDIDATE_FIN : 0;
	frame->stream_id = id;
	frame->offset = stream_offset;
	frame->length = length;
	frame->frame_start = start;
	frame->data_start = data;
	return WALK_ON;
}

/* RFC 9221 section 4. */
static __always_inline int walk_datagram(struct scratch *s, __u32 *offset, __u32 end, __u64 type, __u32 start)
{
	__u64 length = end - *offset;

	if (type == FRAME_DATAGRAM_LENGTH && !read_varint(&s->opened, offset, end, &length))
		return WALK_MALFORMED;
	__u32 data = *offset;

	if (!skip_bytes(offset, end, length))
		return WALK_MALFORMED;
	struct candidate *frame = new_frame(s);

	if (!frame)
		return WALK_TOO_MANY;
	frame->kind = CANDIDATE_DATAGRAM;
	frame->length = length;
	frame->frame_start = start;
	frame->data_start = data;
	return WALK_ON;
}

/* RFC 9000 section 19.15: the ID has 1 to 20 bytes, and no more is retired than was issued. */
static __always_inline int walk_new_connection_id(const struct text *text, __u32 *offset, __u32 end)
{
	__u64 sequence, retire, word;

	if (!read_varint(text, offset, end, &sequence) || !read_varint(text, offset, end, &retire) ||
	    retire > sequence || !peek_word(text, *offset, end, &word))
		return WALK_MALFORMED;
	__u64 length = word >> 56;

	if (length < 1 || length > WEIR_LIMIT_CONNECTION_ID || !skip_bytes(offset, end, 1 + length + 16))
		return WALK_MALFORMED;
	return WALK_ON;
}

/* CRYPTO, NEW_TOKEN, CONNECTION_CLOSE: some varints, then a block of bytes. */
static __always_inline int walk_block(const struct text *text, __u32 *offset, __u32 end, __u64 type)
{
	__u64 first = 0, second, length;

	if (type != FRAME_NEW_TOKEN && !read_varint(text, offset, end, &first))
		return WALK_MALFORMED;
	if (type == FRAME_CONNECTION_CLOSE && !read_varint(text, offset, end, &second))
		return WALK_MALFORMED;
	if (!skip_block(text, offset, end, &length))
		return WALK_MALFORMED;
	if (type == FRAME_NEW_TOKEN && !length)
		return WALK_MALFORMED;
	return type == FRAME_CRYPTO && first + length > VARINT_MAX ? WALK_MALFORMED : WALK_ON;
}

static __always_inline int walk_frame(struct scratch *s, __u32 *offset, __u32 end)
{
	const struct text *text = &s->opened;
	__u32 start = *offset;
	__u64 type;

	if (!peek_word(text, start, end, &type))
		return WALK_DONE;
	type >>= 56; /* all known types fit one byte, and the shortest encoding is prescribed */
	if (type == FRAME_PADDING)
		return walk_padding(text, offset, end);
	*offset += 1;
	if (type >= FRAME_STREAM && type <= FRAME_STREAM_LAST)
		return walk_stream(s, offset, end, type, start);
	__u32 fields = frame_varints(type);

	if (fields)
		return walk_varints(text, offset, end, type, fields);
	switch (type) {
	case FRAME_DATAGRAM:
	case FRAME_DATAGRAM_LENGTH:
		return walk_datagram(s, offset, end, type, start);
	case FRAME_ACK:
	case FRAME_ACK_ECN:
		return walk_ack(&s->walk, text, offset, end, type);
	case FRAME_PING:
	case FRAME_HANDSHAKE_DONE:
		return WALK_ON;
	case FRAME_PATH_CHALLENGE:
	case FRAME_PATH_RESPONSE:
		return skip_bytes(offset, end, 8) ? WALK_ON : WALK_MALFORMED;
	case FRAME_NEW_CONNECTION_ID:
		return walk_new_connection_id(text, offset, end);
	case FRAME_CRYPTO:
	case FRAME_NEW_TOKEN:
	case FRAME_CONNECTION_CLOSE:
	case FRAME_CONNECTION_CLOSE_APPLICATION:
		return walk_block(text, offset, end, type);
	default:
		return WALK_MALFORMED;
	}
}

/* Steps over one frame, one ACK range, one ECN count or a run of padding. */
__noinline int walk_step(struct scratch *s)
{
	if (!s)
		return WALK_MALFORMED;
	__u32 offset = s->walk.offset, end = s->packet.text_length;
	int result;

	if (s->walk.ack_ranges)
		result = walk_ack_range(&s->walk, &s->opened, &offset, end);
	else if (s->walk.ack_counts)
		result = walk_ack_count(&s->walk, &s->opened, &offset, end);
	else
		result = walk_frame(s, &offset, end);
	s->walk.offset = offset;
	return result;
}

/* Step 4: all frames, each by its own lengths. Media frames are collected in record.candidates. */
static __always_inline int parse_frames(struct scratch *s)
{
	int result = WALK_TOO_MANY;

	__builtin_memset(&s->walk, 0, sizeof(s->walk));
	if (!s->packet.text_length) /* RFC 9000 section 12.4: a packet without frames is a violation */
		return REASON_MALFORMED;
	for (int i = 0; i < WALK_STEPS; i++) {
		result = walk_step(s);
		if (result != WALK_ON)
			break;
	}
	if (result == WALK_ON || result == WALK_TOO_MANY)
		return REASON_TOO_MANY_FRAMES;
	if (result == WALK_MALFORMED)
		return REASON_MALFORMED;
	return s->walk.frame_count ? REASON_NONE : REASON_NO_CANDIDATE;
}

#endif
