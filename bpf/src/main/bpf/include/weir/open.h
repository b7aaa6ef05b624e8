/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Steps 2 and 3, open and replay (RFC 9000 sections 12.3 and 17.3.1, RFC 9001 section 5). */
#ifndef WEIR_OPEN_H
#define WEIR_OPEN_H

#include <bpf/bpf_helpers.h>
#include <weir/aead.h>
#include <weir/maps.h>
#include <weir/parse_quic.h>
#include <weir/stats.h>

/* Takes header protection off into aad; its length is that of the header. Returns the packet number's length in bytes.
 */
static __always_inline __u32 unprotect_header(struct scratch *s, const struct publisher *publisher, __u32 offset,
					      __u32 *truncated)
{
	const __u8 *header = s->original.bytes + offset;
	struct cipher *cipher = &s->cipher;

	header_mask(cipher, publisher->hp, (const void *)(header + QUIC_OWN_HEADER_LENGTH + QUIC_NUMBER_LENGTH));
	__u8 first_byte = header[0] ^ (cipher->block[0] & 0x1f);
	__u32 length = (first_byte & 3) + 1;
	__u32 wire = *(const __u32 *)(header + QUIC_OWN_HEADER_LENGTH) ^ header_mask_number(cipher);
	__u32 kept = __builtin_bswap32(wire) & (0xffffffffU << (8 * (QUIC_NUMBER_LENGTH - length)));

	__builtin_memset(cipher->aad, 0, sizeof(cipher->aad));
	__builtin_memcpy(cipher->aad, header, QUIC_OWN_HEADER_LENGTH);
	cipher->aad[0] = first_byte;
	for (int i = 0; i < QUIC_NUMBER_LENGTH; i++)
		cipher->aad[QUIC_OWN_HEADER_LENGTH + i] = kept >> (24 - 8 * i);
	cipher->aad_length = QUIC_OWN_HEADER_LENGTH + length;
	*truncated = kept >> (8 * (QUIC_NUMBER_LENGTH - length));
	return length;
}

/* Step 2. The packet is in original, its plaintext will be in opened. Nothing of it is believed before the tag. */
__noinline int open_packet(struct scratch *s)
{
	__u32 truncated = 0;

	if (!s)
		return REASON_NOT_QUIC;
	struct packet *packet = &s->packet;
	struct publisher *publisher = bpf_map_lookup_elem(&publishers, &packet->publisher);
	struct replay_window *window = bpf_map_lookup_elem(&replay, &packet->publisher);
	__u32 offset = packet->payload_offset;

	if (!publisher || !window || offset > ETHERNET_LENGTH + IPV6_LENGTH + UDP_LENGTH)
		return REASON_NOT_QUIC;
	__u32 number_length = unprotect_header(s, publisher, offset, &truncated);
	__u32 text = offset + QUIC_OWN_HEADER_LENGTH + number_length;
	__u32 length = packet->payload_length - QUIC_OWN_HEADER_LENGTH - number_length - QUIC_TAG_LENGTH;

	if (length > WEIR_LIMIT_PLAINTEXT)
		return REASON_LENGTH;
	__u8 first_byte = s->cipher.aad[0];
	const struct aead_keys *keys = &publisher->keys[first_byte >> QUIC_KEY_PHASE_SHIFT & 1];

	if (!keys->valid)
		return REASON_KEY_PHASE;
	__u64 next = *(volatile __u64 *)&window->next, received = *(volatile __u64 *)&publisher->received;

	packet->number = decode_packet_number(received > next ? received : next, truncated, number_length);
	packet->text_length = length;
	if (aead_open(&s->cipher, keys, packet->number, &s->original, text, length, &s->opened))
		return REASON_BAD_TAG;
	count(COUNT_PACKETS_OPENED);
	return first_byte & QUIC_RESERVED_BITS ? REASON_RESERVED_BITS : REASON_NONE;
}

/*
 * Test and set, under the lock. The window is four words of 64 numbers that are reused in turn (RFC 6479): at least the
 * last 192 numbers can be told apart, and what is older counts as seen.
 */
static __always_inline int take_number(struct replay_window *window, __u64 number)
{
	__u64 word = number / 64, newest = window->next ? (window->next - 1) / 64 : 0;
	__u64 bit = 1ULL << (number & 63);

	if (number < window->floor)
		return REASON_REPLAYED;
	if (number >= window->next) {
		for (int i = 1; i <= 4; i++) {
			if (newest + i <= word)
				window->window[(newest + i) & 3] = 0;
		}
		window->next = number + 1;
	} else if (newest - word >= 4) {
		return REASON_REPLAYED;
	}
	if (window->window[word & 3] & bit)
		return REASON_REPLAYED;
	window->window[word & 3] |= bit;
	return REASON_NONE;
}

/* Step 3. */
static __always_inline int check_replay(const struct packet *packet)
{
	struct replay_window *window = bpf_map_lookup_elem(&replay, &packet->publisher);
	__u64 number = packet->number;

	if (!window)
		return REASON_NOT_QUIC;
	bpf_spin_lock(&window->lock);
	int reason = take_number(window, number);

	bpf_spin_unlock(&window->lock);
	return reason;
}

/* Judged only here, so that packet numbers are followed while nobody renews the lease. */
static __always_inline int check_lease(const struct packet *packet)
{
	__u32 zero = 0;
	const struct control *settings = bpf_map_lookup_elem(&control, &zero);

	return settings && packet->time_ns <= settings->lease_until_ns ? REASON_NONE : REASON_LEASE_EXPIRED;
}

#endif
