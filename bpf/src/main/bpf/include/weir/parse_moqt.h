/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The headers of draft-ietf-moq-transport-18 at the start of a datagram (OBJECT_DATAGRAM) and of a subgroup stream
 * (SUBGROUP_HEADER). */
#ifndef WEIR_PARSE_MOQT_H
#define WEIR_PARSE_MOQT_H

#include <weir/parse_quic.h>

enum moqt_datagram_bit {
	DATAGRAM_PROPERTIES = 0x01,
	DATAGRAM_END_OF_GROUP = 0x02,
	DATAGRAM_ZERO_OBJECT = 0x04,
	DATAGRAM_DEFAULT_PRIORITY = 0x08,
	DATAGRAM_STATUS = 0x20,
	DATAGRAM_ILLEGAL = 0xd0,
};

enum moqt_subgroup_bit {
	SUBGROUP_PROPERTIES = 0x01,
	SUBGROUP_ID_BITS = 0x06,
	SUBGROUP_ID_EXPLICIT = 0x04,
	SUBGROUP_ID_ILLEGAL = 0x06,
	SUBGROUP_END_OF_GROUP = 0x08,
	SUBGROUP_ALWAYS = 0x10,
	SUBGROUP_DEFAULT_PRIORITY = 0x20,
	SUBGROUP_FIRST_OBJECT = 0x40,
	SUBGROUP_ILLEGAL = 0x80,
};

/* What is read of either header. */
struct media_header {
	__u64 alias;
	__u64 group;
	__u64 object; /* object, or subgroup */
	__u32 type;
	__s32 priority;	   /* -1: the track's default */
	__u32 alias_start; /* in the plaintext */
	__u32 alias_length;
	__u32 end; /* of the header, in the plaintext */
};

/* MoQT's own variable-length integer: as many bytes follow as the first has leading ones. 0: the text ends within it.
 */
static __always_inline int read_vi64(const struct text *text, __u32 *offset, __u32 end, __u64 *value)
{
	__u32 at = *offset, length = 1;
	__u64 word;

	if (!peek_word(text, at, end, &word))
		return 0;
	for (int i = 0; i < 8; i++) {
		if (!(word & 1ULL << (63 - i)))
			break;
		length++;
	}
	if (length > end - at)
		return 0;
	if (length == 9)
		*value = __builtin_bswap64(*(const __u64 *)(text->bytes + at + 1));
	else
		*value = word >> (64 - 8 * length) & ((1ULL << (7 * length)) - 1);
	*offset = at + length;
	return 1;
}

static __always_inline int read_byte(const struct text *text, __u32 *offset, __u32 end, __u32 *value)
{
	__u64 word;

	if (!peek_word(text, *offset, end, &word))
		return 0;
	*value = word >> 56;
	*offset += 1;
	return 1;
}

static __always_inline int read_alias(const struct text *text, __u32 *offset, __u32 end, struct media_header *header)
{
	header->alias_start = *offset;
	if (!read_vi64(text, offset, end, &header->alias))
		return 0;
	header->alias_length = *offset - header->alias_start;
	return 1;
}

static __always_inline int read_priority(const struct text *text, __u32 *offset, __u32 end, struct media_header *header,
					 int is_default)
{
	__u32 priority;

	header->priority = -1;
	if (is_default)
		return 1;
	if (!read_byte(text, offset, end, &priority))
		return 0;
	header->priority = priority;
	return 1;
}

/* Properties are not read, but they must fit, and a length of 0 is a violation. */
static __always_inline int skip_properties(const struct text *text, __u32 *offset, __u32 end)
{
	__u64 length;

	return read_vi64(text, offset, end, &length) && length && skip_bytes(offset, end, length);
}

/* 0: not a datagram that the kernel decides on; user space tells the legal from the illegal. */
static __always_inline int parse_object_datagram(const struct text *text, __u32 offset, __u32 end,
						 struct media_header *header)
{
	if (!read_byte(text, &offset, end, &header->type))
		return 0;
	__u32 type = header->type;

	if (type & DATAGRAM_ILLEGAL || (type & DATAGRAM_STATUS && type & DATAGRAM_END_OF_GROUP))
		return 0;
	if (!read_alias(text, &offset, end, header) || !read_vi64(text, &offset, end, &header->group))
		return 0;
	header->object = 0;
	if (!(type & DATAGRAM_ZERO_OBJECT) && !read_vi64(text, &offset, end, &header->object))
		return 0;
	if (!read_priority(text, &offset, end, header, type & DATAGRAM_DEFAULT_PRIORITY))
		return 0;
	if (type & DATAGRAM_PROPERTIES && !skip_properties(text, &offset, end))
		return 0;
	header->end = offset;
	return !(type & DATAGRAM_STATUS) || end - offset == 1; /* a status of several bytes is left to user space */
}

/* 0: not a subgroup, or its header goes on in a later frame. */
static __always_inline int parse_subgroup_header(const struct text *text, __u32 offset, __u32 end,
						 struct media_header *header)
{
	if (!read_byte(text, &offset, end, &header->type))
		return 0;
	__u32 type = header->type;

	if (type & SUBGROUP_ILLEGAL || !(type & SUBGROUP_ALWAYS) || (type & SUBGROUP_ID_BITS) == SUBGROUP_ID_ILLEGAL)
		return 0;
	if (!read_alias(text, &offset, end, header) || !read_vi64(text, &offset, end, &header->group))
		return 0;
	header->object = 0;
	if ((type & SUBGROUP_ID_BITS) == SUBGROUP_ID_EXPLICIT && !read_vi64(text, &offset, end, &header->object))
		return 0;
	if (!read_priority(text, &offset, end, header, type & SUBGROUP_DEFAULT_PRIORITY))
		return 0;
	header->end = offset;
	return 1;
}

/* The first object of a subgroup. 0: its header goes on in a later frame. */
static __always_inline int parse_first_object(const struct text *text, __u32 offset, __u32 end, __u32 type,
					      __u64 *object, __u32 *start, __u64 *length)
{
	if (!read_vi64(text, &offset, end, object))
		return 0;
	if (type & SUBGROUP_PROPERTIES) {
		__u64 properties;

		if (!read_vi64(text, &offset, end, &properties) || !skip_bytes(&offset, end, properties))
			return 0;
	}
	if (!read_vi64(text, &offset, end, length))
		return 0;
	*start = offset;
	return 1;
}

#endif
