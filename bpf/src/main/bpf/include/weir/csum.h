/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Internet checksums of a copy (RFC 1071). Sums are over 16-bit words as they lie in memory. */
#ifndef WEIR_CSUM_H
#define WEIR_CSUM_H

#include <bpf/bpf_helpers.h>
#include <weir/scratch.h>

static __always_inline __u16 fold(__u64 sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static __always_inline __u32 sum_words(const __u16 *words, __u32 count)
{
	__u32 sum = 0;

	for (__u32 i = 0; i < count; i++)
		sum += words[i];
	return sum;
}

/* Sum of length bytes at offset, to which up to three bytes behind are set to zero. Negative: refused by the kernel. */
static __always_inline __s64 sum_text(struct text *text, __u32 offset, __u32 length, __u32 seed)
{
	enum { PIECE = 512 }; /* older kernels take no more at a time */
	__s64 sum = seed;

	if (offset > TEXT_START || length > FRAME_LENGTH_MAX)
		return -1;
	__builtin_memset(text->bytes + offset + length, 0, 3);
	__u32 left = (length + 3) & ~3U;

	for (int i = 0; i < 4; i++) {
		__u32 piece = left < PIECE ? left : PIECE;

		if (!piece)
			break;
		sum = bpf_csum_diff(NULL, 0, (void *)(text->bytes + offset + i * PIECE), piece, sum);
		if (sum < 0)
			return sum;
		left -= piece;
	}
	return sum;
}

#endif
