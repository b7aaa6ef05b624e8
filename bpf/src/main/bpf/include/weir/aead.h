/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * ChaCha20, Poly1305 and their AEAD (RFC 8439), and what QUIC makes of them (RFC 9001 section 5).
 *
 * Global functions, which the verifier checks once and not for each caller. The loops are plain bounded loops on
 * purpose: unrolled, packed or by bpf_loop they are slower or exceed the verifier's limits.
 */
#ifndef WEIR_AEAD_H
#define WEIR_AEAD_H

#include <bpf/bpf_helpers.h>
#include <weir/scratch.h>

#define ROTATE(value, bits) (((value) << (bits)) | ((value) >> (32 - (bits))))

#define QUARTER_ROUND(a, b, c, d)              \
	do {                                   \
		a += b, d = ROTATE(d ^ a, 16); \
		c += d, b = ROTATE(b ^ c, 12); \
		a += b, d = ROTATE(d ^ a, 8);  \
		c += d, b = ROTATE(b ^ c, 7);  \
	} while (0)

/* Declares x0..x15 as the state with the block counter moved on by blocks, and runs the twenty rounds over them. */
#define CHACHA20_ROUNDS(state, blocks)                                                                              \
	__u32 x0 = (state)[0], x1 = (state)[1], x2 = (state)[2], x3 = (state)[3], x4 = (state)[4], x5 = (state)[5], \
	      x6 = (state)[6], x7 = (state)[7], x8 = (state)[8], x9 = (state)[9], x10 = (state)[10],                \
	      x11 = (state)[11], x12 = (state)[12] + (blocks), x13 = (state)[13], x14 = (state)[14],                \
	      x15 = (state)[15];                                                                                    \
	_Pragma("clang loop unroll(disable)") for (int round = 0; round < 10; round++)                              \
	{                                                                                                           \
		QUARTER_ROUND(x0, x4, x8, x12);                                                                     \
		QUARTER_ROUND(x1, x5, x9, x13);                                                                     \
		QUARTER_ROUND(x2, x6, x10, x14);                                                                    \
		QUARTER_ROUND(x3, x7, x11, x15);                                                                    \
		QUARTER_ROUND(x0, x5, x10, x15);                                                                    \
		QUARTER_ROUND(x1, x6, x11, x12);                                                                    \
		QUARTER_ROUND(x2, x7, x8, x13);                                                                     \
		QUARTER_ROUND(x3, x4, x9, x14);                                                                     \
	}

static __always_inline void chacha20_key(struct cipher *cipher, const __u32 *key)
{
	__u32 *state = cipher->state;

	state[0] = 0x61707865, state[1] = 0x3320646e, state[2] = 0x79622d32, state[3] = 0x6b206574;
	for (int i = 0; i < 8; i++)
		state[4 + i] = key[i];
}

/* Keystream block number state[12] into block. */
__noinline int chacha20_block(struct cipher *cipher)
{
	if (!cipher)
		return 1;
	const __u32 *state = cipher->state;
	__u32 *block = cipher->block;
	CHACHA20_ROUNDS(state, 0)

	block[0] = x0 + state[0], block[1] = x1 + state[1], block[2] = x2 + state[2], block[3] = x3 + state[3];
	block[4] = x4 + state[4], block[5] = x5 + state[5], block[6] = x6 + state[6], block[7] = x7 + state[7];
	block[8] = x8 + state[8], block[9] = x9 + state[9], block[10] = x10 + state[10], block[11] = x11 + state[11];
	block[12] = x12 + state[12], block[13] = x13 + state[13], block[14] = x14 + state[14],
	block[15] = x15 + state[15];
	return 0;
}

/* Writes length bytes, rounded up to whole blocks: the keystream from block state[12] on, combined with input. */
__noinline int chacha20_xor(struct cipher *cipher, const struct text *input, struct text *output, __u64 offsets,
			    __u32 length)
{
	__u32 input_offset = offsets >> 32;
	__u32 output_offset = (__u32)offsets;

	if (!cipher || !input || !output || input_offset > TEXT_START || output_offset > TEXT_START)
		return 1;
	const __u32 *state = cipher->state;
	const __u8 *from = input->bytes + input_offset;
	__u8 *to = output->bytes + output_offset;
	__u32 blocks = (length + CHACHA20_BLOCK - 1) / CHACHA20_BLOCK;

#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < CHACHA20_BLOCKS; i++) {
		if (i >= blocks)
			break;
		const __u32 *in = (const void *)(from + i * CHACHA20_BLOCK);
		__u32 *out = (void *)(to + i * CHACHA20_BLOCK);
		CHACHA20_ROUNDS(state, i)

		out[0] = in[0] ^ (x0 + state[0]), out[1] = in[1] ^ (x1 + state[1]);
		out[2] = in[2] ^ (x2 + state[2]), out[3] = in[3] ^ (x3 + state[3]);
		out[4] = in[4] ^ (x4 + state[4]), out[5] = in[5] ^ (x5 + state[5]);
		out[6] = in[6] ^ (x6 + state[6]), out[7] = in[7] ^ (x7 + state[7]);
		out[8] = in[8] ^ (x8 + state[8]), out[9] = in[9] ^ (x9 + state[9]);
		out[10] = in[10] ^ (x10 + state[10]), out[11] = in[11] ^ (x11 + state[11]);
		out[12] = in[12] ^ (x12 + state[12] + i), out[13] = in[13] ^ (x13 + state[13]);
		out[14] = in[14] ^ (x14 + state[14]), out[15] = in[15] ^ (x15 + state[15]);
	}
	return 0;
}

static __always_inline __u64 text_offsets(__u32 input_offset, __u32 output_offset)
{
	return (__u64)input_offset << 32 | output_offset;
}

/* Poly1305 in limbs of 32 bits: r is clamped, so that r1..r3 are multiples of four and 5 / 4 of them is exact. */
struct poly1305 {
	__u64 r0, r1, r2, r3, s1, s2, s3;
	__u64 h0, h1, h2, h3, h4;
};

static __always_inline void poly1305_begin(struct poly1305 *poly, const __u32 *key)
{
	poly->r0 = key[0] & 0x0fffffff;
	poly->r1 = key[1] & 0x0ffffffc;
	poly->r2 = key[2] & 0x0ffffffc;
	poly->r3 = key[3] & 0x0ffffffc;
	poly->s1 = poly->r1 + (poly->r1 >> 2);
	poly->s2 = poly->r2 + (poly->r2 >> 2);
	poly->s3 = poly->r3 + (poly->r3 >> 2);
	poly->h0 = poly->h1 = poly->h2 = poly->h3 = poly->h4 = 0;
}

/* h = (h + block + 2^128 * high) * r mod 2^130 - 5, not fully reduced. high is 0 only for a last block that is not
 * whole. */
static __always_inline void poly1305_block(struct poly1305 *poly, const __u32 *block, __u32 high)
{
	__u64 h0 = poly->h0 + block[0], h1 = poly->h1 + block[1], h2 = poly->h2 + block[2], h3 = poly->h3 + block[3];
	__u64 h4 = poly->h4 + high;
	__u64 d0 = h0 * poly->r0 + h1 * poly->s3 + h2 * poly->s2 + h3 * poly->s1;
	__u64 d1 = h0 * poly->r1 + h1 * poly->r0 + h2 * poly->s3 + h3 * poly->s2 + h4 * poly->s1;
	__u64 d2 = h0 * poly->r2 + h1 * poly->r1 + h2 * poly->r0 + h3 * poly->s3 + h4 * poly->s2;
	__u64 d3 = h0 * poly->r3 + h1 * poly->r2 + h2 * poly->r1 + h3 * poly->r0 + h4 * poly->s3;
	__u64 d4 = h4 * poly->r0;

	d1 += d0 >> 32, d2 += d1 >> 32, d3 += d2 >> 32, d4 += d3 >> 32;
	poly->h0 = (__u32)d0 + (d4 >> 2) + (d4 & ~3ULL); /* 2^130 = 5: what is above counts five times its quarter */
	poly->h1 = (__u32)d1;
	poly->h2 = (__u32)d2;
	poly->h3 = (__u32)d3;
	poly->h4 = d4 & 3;
}

/* Full reduction, then + s mod 2^128. */
static __always_inline void poly1305_finish(const struct poly1305 *poly, const __u32 *key, __u32 *tag)
{
	__u64 h0 = poly->h0, h1 = poly->h1, h2 = poly->h2, h3 = poly->h3, h4 = poly->h4;

	h1 += h0 >> 32, h2 += h1 >> 32, h3 += h2 >> 32, h4 += h3 >> 32;
	h0 = (__u32)h0 + (h4 >> 2) * 5, h1 = (__u32)h1 + (h0 >> 32), h2 = (__u32)h2 + (h1 >> 32);
	h3 = (__u32)h3 + (h2 >> 32), h4 = (h4 & 3) + (h3 >> 32);
	h0 = (__u32)h0, h1 = (__u32)h1, h2 = (__u32)h2, h3 = (__u32)h3;
	__u64 g0 = h0 + 5, g1 = h1 + (g0 >> 32), g2 = h2 + (g1 >> 32), g3 = h3 + (g2 >> 32), g4 = h4 + (g3 >> 32);
	__u64 above = 0 - (g4 >> 2); /* all ones if h >= 2^130 - 5 */

	h0 = ((h0 & ~above) | ((__u32)g0 & above)) + key[4];
	h1 = ((h1 & ~above) | ((__u32)g1 & above)) + key[5] + (h0 >> 32);
	h2 = ((h2 & ~above) | ((__u32)g2 & above)) + key[6] + (h1 >> 32);
	h3 = ((h3 & ~above) | ((__u32)g3 & above)) + key[7] + (h2 >> 32);
	tag[0] = h0, tag[1] = h1, tag[2] = h2, tag[3] = h3;
}

/* The part of a word of eight bytes that belongs to a text of which so many bytes are left. */
static __always_inline __u64 keep_bytes(__u64 word, __s32 left)
{
	if (left >= 8)
		return word;
	return left <= 0 ? 0 : word & ((1ULL << (left * 8)) - 1);
}

/* cipher->tag = tag of aad and of length bytes of ciphertext at offset, under poly_key (RFC 8439 section 2.8). */
__noinline int aead_tag(struct cipher *cipher, const struct text *text, __u32 offset, __u32 length)
{
	struct poly1305 poly;

	if (!cipher || !text || offset > TEXT_START || length > WEIR_LIMIT_PLAINTEXT)
		return 1;
	const __u8 *bytes = text->bytes + offset;
	__u32 blocks = length / POLY1305_BLOCK;

	poly1305_begin(&poly, cipher->poly_key);
	poly1305_block(&poly, (const __u32 *)cipher->aad, 1);
	if (cipher->aad_length > POLY1305_BLOCK)
		poly1305_block(&poly, (const __u32 *)cipher->aad + 4, 1);
#pragma clang loop unroll(disable)
	for (__u32 i = 0; i < POLY1305_BLOCKS; i++) {
		if (i >= blocks)
			break;
		poly1305_block(&poly, (const void *)(bytes + i * POLY1305_BLOCK), 1);
	}
	__u32 left = length & (POLY1305_BLOCK - 1);

	if (left) {
		const __u64 *words = (const void *)(bytes + blocks * POLY1305_BLOCK);
		__u64 low = keep_bytes(words[0], left), high = keep_bytes(words[1], (__s32)left - 8);
		__u32 last[4] = { low, low >> 32, high, high >> 32 };

		poly1305_block(&poly, last, 1);
	}
	__u32 lengths[4] = { cipher->aad_length, 0, length, 0 };

	poly1305_block(&poly, lengths, 1);
	poly1305_finish(&poly, cipher->poly_key, cipher->tag);
	return 0;
}

/* Nonce: the packet number, big-endian and left-padded, combined with the IV (RFC 9001 section 5.3). Then the tag's
 * key. */
static __always_inline void aead_begin(struct cipher *cipher, const struct aead_keys *keys, __u64 number)
{
	__u64 swapped = __builtin_bswap64(number);

	chacha20_key(cipher, keys->key);
	cipher->state[12] = 0;
	cipher->state[13] = keys->iv[0];
	cipher->state[14] = keys->iv[1] ^ (__u32)swapped;
	cipher->state[15] = keys->iv[2] ^ (__u32)(swapped >> 32);
	chacha20_block(cipher);
	for (int i = 0; i < 8; i++)
		cipher->poly_key[i] = cipher->block[i];
	cipher->state[12] = 1;
}

/* Header protection mask in the first five bytes of block (RFC 9001 section 5.4.4). */
static __always_inline void header_mask(struct cipher *cipher, const __u32 *key, const __u32 *sample)
{
	chacha20_key(cipher, key);
	for (int i = 0; i < 4; i++)
		cipher->state[12 + i] = sample[i];
	chacha20_block(cipher);
}

/* The four mask bytes for the packet number, as a word in memory order. */
static __always_inline __u32 header_mask_number(const struct cipher *cipher)
{
	return cipher->block[0] >> 8 | cipher->block[1] << 24;
}

/* Authenticates and decrypts; aad and aad_length are set. 0: opened. */
static __always_inline int aead_open(struct cipher *cipher, const struct aead_keys *keys, __u64 number,
				     const struct text *input, __u32 offset, __u32 length, struct text *output)
{
	aead_begin(cipher, keys, number);
	if (aead_tag(cipher, input, offset, length) || offset > TEXT_START || length > WEIR_LIMIT_PLAINTEXT)
		return 1;
	const __u32 *tag = (const void *)(input->bytes + offset + length);
	__u32 difference = 0;

	for (int i = 0; i < 4; i++)
		difference |= tag[i] ^ cipher->tag[i];
	if (difference)
		return 1;
	return chacha20_xor(cipher, input, output, text_offsets(offset, 0), length);
}

/* Encrypts and puts the tag behind; aad and aad_length are set. 0: sealed. */
static __always_inline int aead_seal(struct cipher *cipher, const struct aead_keys *keys, __u64 number,
				     const struct text *input, __u32 offset, __u32 length, struct text *output)
{
	aead_begin(cipher, keys, number);
	if (chacha20_xor(cipher, input, output, text_offsets(offset, COPY_TEXT), length) ||
	    aead_tag(cipher, output, COPY_TEXT, length) || length > WEIR_LIMIT_PLAINTEXT)
		return 1;
	__u32 *tag = (void *)(output->bytes + COPY_TEXT + length);

	for (int i = 0; i < 4; i++)
		tag[i] = cipher->tag[i];
	return 0;
}

#endif
